import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { APPLIES, MENDS } from './control.ts'
import type { Directive } from './directive.ts'

const SOURCES: Readonly<Record<Directive['source'], string>> = {
  default: 'default',
  file: 'file',
  environment: 'environment',
  api: 'set here',
}

/** Where a value came from: shape and word, and the place. */
function Source({ of: { source, place, persisted } }: { of: Directive }) {
  if (source === 'default') return <span class="muted small">default</span>
  const kept = persisted ? ', kept' : source === 'api' ? ', until the restart' : ''
  return (
    <span class="source">
      <Badge tone={source === 'api' ? 'warn' : 'info'}>{`${SOURCES[source]}${kept}`}</Badge>
      {place !== null && source !== 'api' && <code class="small faint wrap">{place}</code>}
    </span>
  )
}

/** One directive: its value, where it came from, and when a change takes effect. */
export function DirectiveItem({ of, onChange }: { of: Directive; onChange: () => void }) {
  const { name, value, apply, explanation } = of
  return (
    <li class="directive">
      <div class="directive-name">
        <code>
          <strong>{name}</strong>
        </code>
        <p class="muted small">{explanation}</p>
      </div>
      <div class="directive-value">
        {value === null ? <span class="muted">unset</span> : <code class="wrap">{value}</code>}
        <Source of={of} />
      </div>
      <div class="directive-change">
        {apply === 'live' ? (
          <Button isSmall label={`Change ${name}`} onClick={onChange}>
            Change
          </Button>
        ) : (
          <details class="mend">
            <summary>{APPLIES[apply]}</summary>
            <p class="small">{MENDS[apply]}</p>
          </details>
        )}
      </div>
    </li>
  )
}
