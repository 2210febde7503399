import { Badge } from '../../../components/badge.tsx'
import { count, plural } from '../../../lib/format.ts'
import { type Delivery, isDelivered, type Webhook } from './webhook.ts'

/** Whether events get through. */
export function StateBadge({ of: { active, paused_reason: reason, failing_since: since } }: { of: Webhook }) {
  if (!active) return <Badge tone={reason === null ? 'idle' : 'bad'}>paused</Badge>
  return since === null ? <Badge tone="good">active</Badge> : <Badge tone="warn">failing</Badge>
}

/** What an endpoint said: '204', '500', or that it said nothing. */
export function OutcomeBadge({ of }: { of: Pick<Delivery, 'status' | 'error'> }) {
  return (
    <Badge tone={isDelivered(of) ? 'good' : 'bad'}>
      {of.status === null ? 'no answer' : String(of.status)}
    </Badge>
  )
}

export function eventsText({ events }: Pick<Webhook, 'events'>): string {
  if (events.includes('*')) return 'all events'
  const [first = 'none', second] = events
  return events.length > 2
    ? `${first} and ${plural(events.length - 1, 'other')}`
    : [first, second].filter(Boolean).join(', ')
}

export const playersText = ({ players }: Pick<Webhook, 'players'>) =>
  players.length === 0 ? 'all streams' : players.join(', ')

/** The server counts no further. */
const PENDING_COUNTED = 1000

export const pendingText = ({ pending }: Pick<Webhook, 'pending'>) =>
  `${count(pending)}${pending >= PENDING_COUNTED ? ' or more' : ''}`

export const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url)
