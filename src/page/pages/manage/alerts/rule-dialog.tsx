import { useState } from 'preact/hooks'
import { patch, path, post } from '../../../api/client.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { NumberField, SelectField, TextField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { PlayerField } from '../shared/player-field.tsx'
import type { Rule } from './alert.ts'
import { bodyOf, newDraft, type RuleDraft, withKind, withThreshold } from './rule-draft.ts'
import { KIND_NAMES, RULE_KINDS } from './rule-kinds.ts'
import { ruleSentence } from './rule-sentence.ts'

const FIELDS = ['name', 'kind', 'player', 'threshold', 'clear_threshold', 'for_s', 'clear_for_s']
const KINDS = KIND_NAMES.map(value => ({ value, label: RULE_KINDS[value].title }))

interface RuleDialogProps {
  /** Undefined: a new one. */
  of?: Rule
  onClose: () => void
  onSaved: () => void
}

function Thresholds({ draft, onChange }: { draft: RuleDraft; onChange: (draft: RuleDraft) => void }) {
  const { unit } = RULE_KINDS[draft.kind]
  if (unit === '') return null
  const step = draft.kind === 'loss_above' ? 0.01 : 1
  return (
    <div class="field-pair">
      <NumberField
        name="threshold"
        label={draft.kind === 'bitrate_below' ? 'Raise below' : 'Raise above'}
        unit={unit}
        min={0}
        step={step}
        value={draft.threshold}
        onChange={threshold => onChange(withThreshold(draft, threshold))}
      />
      <NumberField
        name="clear_threshold"
        label={draft.kind === 'bitrate_below' ? 'Clear above' : 'Clear below'}
        unit={unit}
        min={0}
        step={step}
        value={draft.clear_threshold}
        onChange={clear_threshold => onChange({ ...draft, clear_threshold })}
      />
    </div>
  )
}

/** Makes a rule, or changes one, and reads it back in a sentence. */
export function RuleDialog({ of, onClose, onSaved }: RuleDialogProps) {
  const [draft, setDraft] = useState<RuleDraft>(() => of ?? newDraft())
  const set = (change: Partial<RuleDraft>) => setDraft({ ...draft, ...change })
  const setKind = (name: string) => {
    const kind = KIND_NAMES.find(each => each === name)
    if (kind !== undefined) setDraft(withKind(draft, kind))
  }
  const save = async () => {
    // What is given by another name than the row's own fields is refused.
    const { name, kind, player, threshold, clear_threshold, for_s, clear_for_s, active } = draft
    const body = bodyOf({ name, kind, player, threshold, clear_threshold, for_s, clear_for_s, active })
    if (of === undefined) await post('/api/alert-rules', body)
    else await patch(path('alert-rules', String(of.id)), body)
    onSaved()
  }
  return (
    <Dialog title={of === undefined ? 'New alert rule' : 'Change the rule'} onClose={onClose}>
      <Form
        fields={FIELDS}
        submit={of === undefined ? 'Make the rule' : 'Save'}
        onSubmit={save}
        onCancel={onClose}
      >
        <SelectField name="kind" label="Alert when" value={draft.kind} onChange={setKind} options={KINDS} />
        <PlayerField
          label="Stream"
          hint="A player stream ID. Empty: all streams, each for itself."
          value={draft.player ?? ''}
          onChange={player => set({ player: player === '' ? null : player })}
        />
        <Thresholds draft={draft} onChange={setDraft} />
        <div class="field-pair">
          <NumberField
            name="for_s"
            label="Raise after"
            unit="s"
            min={0}
            value={draft.for_s}
            onChange={for_s => set({ for_s })}
          />
          <NumberField
            name="clear_for_s"
            label="Clear after"
            unit="s"
            min={0}
            value={draft.clear_for_s}
            onChange={clear_for_s => set({ clear_for_s })}
          />
        </div>
        <TextField name="name" label="Name" value={draft.name} onChange={name => set({ name })} />
        <p class="read-back" role="status">
          {ruleSentence(draft)}
        </p>
      </Form>
    </Dialog>
  )
}
