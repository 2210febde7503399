import { Badge } from '../../../components/badge.tsx'
import { Time } from '../../../components/time.tsx'
import { duration } from '../../../lib/format.ts'
import { hrefOf } from '../../../state/route.ts'
import type { Alert } from './alert.ts'
import { RULE_KINDS } from './rule-kinds.ts'
import { valueText } from './rule-sentence.ts'

function AlertItem({ of: { name, kind, player, raised, cleared, value } }: { of: Alert }) {
  const text = valueText(kind, value)
  const lastedS = cleared === null ? 0 : (Date.parse(cleared) - Date.parse(raised)) / 1000
  return (
    <li class="entry">
      <div class="entry-head">
        {cleared === null ? <Badge tone="bad">raised</Badge> : <Badge tone="idle">over</Badge>}
        <strong>{name}</strong>
        <a href={hrefOf('stream', player)}>
          <code>{player}</code>
        </a>
        <span class="entry-when">
          <Time at={cleared ?? raised} />
        </span>
      </div>
      <p class="entry-facts">
        {name !== RULE_KINDS[kind].title && <span>{RULE_KINDS[kind].title}</span>}
        {text !== '' && <span>{text} when it was raised</span>}
        {cleared !== null && <span>lasted {duration(lastedS)}</span>}
      </p>
    </li>
  )
}

export function AlertList({ alerts, label }: { alerts: readonly Alert[]; label: string }) {
  return (
    <ul class="entries card" aria-label={label}>
      {alerts.map(alert => (
        <AlertItem key={alert.id} of={alert} />
      ))}
    </ul>
  )
}
