import { useState } from 'preact/hooks'
import { type Data, get, patch, path, remove } from '../../../api/client.ts'
import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { Confirm } from '../../../components/confirm.tsx'
import { Empty } from '../../../components/empty.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { Section } from '../../../components/section.tsx'
import { toast } from '../../../components/toast.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { mayWrite } from '../../../state/session.ts'
import { useAction } from '../shared/use-action.ts'
import type { Rule } from './alert.ts'
import { RuleDialog } from './rule-dialog.tsx'
import { ruleSentence } from './rule-sentence.ts'

const load = (signal: AbortSignal) => get<Data<Rule[]>>('/api/alert-rules', { signal })

type Open = { kind: 'new' } | { kind: 'edit' | 'delete'; rule: Rule }

interface RuleItemProps {
  of: Rule
  onOpen: (open: Open) => void
  onChanged: () => void
}

function RuleItem({ of: rule, onOpen, onChanged }: RuleItemProps) {
  const { id, name, active } = rule
  const setActive = useAction(async (isOn: boolean) => {
    await patch(path('alert-rules', String(id)), { active: isOn })
    onChanged()
  })
  return (
    <li class="entry entry-acting">
      <div class="entry-head">
        {active ? <Badge tone="good">on</Badge> : <Badge tone="idle">off</Badge>}
        <strong>{name}</strong>
      </div>
      <p class="entry-text muted">{ruleSentence(rule)}</p>
      {mayWrite.value && (
        <span class="row-actions entry-actions">
          <Button
            isSmall
            label={`${active ? 'Switch off' : 'Switch on'} ${name}`}
            isBusy={setActive.isBusy}
            onClick={() => void setActive.run(!active)}
          >
            {active ? 'Switch off' : 'Switch on'}
          </Button>
          <Button isSmall label={`Change ${name}`} onClick={() => onOpen({ kind: 'edit', rule })}>
            Change
          </Button>
          <Button isSmall label={`Delete ${name}`} onClick={() => onOpen({ kind: 'delete', rule })}>
            Delete
          </Button>
        </span>
      )}
    </li>
  )
}

/** When there is to be an alert. */
export function Rules() {
  const rules = useResource(load)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const saved = () => {
    close()
    toast('The rule is in force.')
    rules.reload()
  }
  const drop = async ({ id, name }: Rule) => {
    await remove(path('alert-rules', String(id)))
    toast(`${name} is deleted.`)
    rules.reload()
  }
  const newButton = mayWrite.value ? (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'new' })}>
      New rule
    </Button>
  ) : undefined
  return (
    <Section title="Rules" aside={newButton} isBare>
      <Loaded of={rules} what="Alert rules">
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon="alerts" title="No rules yet">
              A rule watches one stream or all of them: bitrate, RTT, loss, silence, absence.
            </Empty>
          ) : (
            <ul class="entries card" aria-label="Alert rules">
              {data.map(rule => (
                <RuleItem key={rule.id} of={rule} onOpen={setOpen} onChanged={rules.reload} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {open?.kind === 'new' && <RuleDialog onClose={close} onSaved={saved} />}
      {open?.kind === 'edit' && <RuleDialog of={open.rule} onClose={close} onSaved={saved} />}
      {open?.kind === 'delete' && (
        <Confirm
          title={`Delete ${open.rule.name}?`}
          action="Delete"
          onClose={close}
          onConfirm={() => drop(open.rule)}
        >
          <p>Alerts of it that are raised are cleared.</p>
        </Confirm>
      )}
    </Section>
  )
}
