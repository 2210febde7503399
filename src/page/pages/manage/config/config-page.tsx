import { useState } from 'preact/hooks'
import { type Data, get } from '../../../api/client.ts'
import { Empty } from '../../../components/empty.tsx'
import { SelectField, TextField } from '../../../components/fields.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { PageHead, Section } from '../../../components/section.tsx'
import { toast } from '../../../components/toast.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { useReloadOn } from '../shared/fresh.ts'
import type { ConfigChange, Directive } from './directive.ts'
import { DirectiveDialog } from './directive-dialog.tsx'
import { DirectiveItem } from './directive-item.tsx'

const load = (signal: AbortSignal) => get<Data<Directive[]>>('/api/config', { signal })

const SHOWN = [
  { value: '', label: 'All' },
  { value: 'set', label: 'Not the default' },
  { value: 'api', label: 'Set over the API' },
  { value: 'live', label: 'Can be changed here' },
]

const fits = ({ source, apply }: Directive, shown: string) =>
  shown === '' || (shown === 'set' ? source !== 'default' : source === shown || apply === shown)

const blockTitle = (server: number | null, servers: number) => {
  if (server === null) return 'The srt block'
  return servers === 1 ? 'The server block' : `Server block ${server + 1}`
}

/** Directives by their block, in the order of the answer. */
function blocksOf(directives: readonly Directive[]): Map<number | null, Directive[]> {
  const blocks = new Map<number | null, Directive[]>()
  for (const each of directives) blocks.set(each.server, [...(blocks.get(each.server) ?? []), each])
  return blocks
}

const sentenceOf = ([first, ...others]: readonly ConfigChange[]) => {
  if (first === undefined) return 'It was so already.'
  const more = others.length === 0 ? '' : ` in ${others.length + 1} server blocks`
  return `${first.directive} is ${first.to} now${more}.`
}

export function ConfigPage() {
  const config = useResource(load)
  useReloadOn('config.', config.reload)
  const [words, setWords] = useState('')
  const [shown, setShown] = useState('')
  const [open, setOpen] = useState<Directive>()
  const found = ({ name, explanation }: Directive) =>
    `${name} ${explanation}`.toLowerCase().includes(words.trim().toLowerCase())
  const saved = (changes: readonly ConfigChange[]) => {
    setOpen(undefined)
    toast(sentenceOf(changes))
    config.reload()
  }
  return (
    <>
      <PageHead
        title="Configuration"
        lead="Every directive in force, and where its value came from. Secrets are hidden."
      />
      <div class="filters">
        <TextField name="words" label="Find" type="search" value={words} onChange={setWords} />
        <SelectField name="shown" label="Show" value={shown} onChange={setShown} options={SHOWN} />
      </div>
      <Loaded of={config} what="The configuration">
        {({ data }) => {
          const servers = new Set(data.flatMap(({ server }) => server ?? [])).size
          const blocks = blocksOf(data.filter(each => found(each) && fits(each, shown)))
          if (blocks.size === 0) return <Empty icon="config" title="No directive fits" />
          return (
            <>
              {[...blocks].map(([server, rows]) => (
                <Section key={server} title={blockTitle(server, servers)}>
                  <ul class="directives">
                    {rows.map(row => (
                      <DirectiveItem key={row.name} of={row} onChange={() => setOpen(row)} />
                    ))}
                  </ul>
                </Section>
              ))}
            </>
          )
        }}
      </Loaded>
      {open !== undefined && <DirectiveDialog of={open} onClose={() => setOpen(undefined)} onSaved={saved} />}
    </>
  )
}
