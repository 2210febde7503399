import { useState } from 'preact/hooks'
import { Badge, type Tone } from '../../../components/badge.tsx'
import { Empty } from '../../../components/empty.tsx'
import { TextField } from '../../../components/fields.tsx'
import { Time } from '../../../components/time.tsx'
import { factsOf } from '../shared/facts.ts'
import { paceOf, useReloadOn } from '../shared/fresh.ts'
import { Listed } from '../shared/listed.tsx'
import { usePages } from '../shared/use-pages.ts'
import { useSettled } from '../shared/use-settled.ts'
import { EVENT_GROUPS } from '../webhooks/event-types.ts'
import { GroupedSelect } from './grouped-select.tsx'
import type { EventRow } from './rows.ts'

const EVERY_MS = 5000

const TONES: Readonly<Record<string, Tone>> = {
  publish: 'good',
  recovered: 'good',
  'alert.cleared': 'good',
  stalled: 'warn',
  refused: 'bad',
  'alert.raised': 'bad',
  'webhook.paused': 'bad',
  unpublish: 'idle',
  stop: 'idle',
}

function EventItem({ of: { type, at, player, players, session_id: session, data } }: { of: EventRow }) {
  const about = player ?? players.join(', ')
  return (
    <li class="entry">
      <div class="entry-head">
        <Badge tone={TONES[type] ?? 'info'}>{type}</Badge>
        {about !== '' && <code>{about}</code>}
        {session !== null && <span class="muted small">session {session}</span>}
        <span class="entry-when">
          <Time at={at} />
        </span>
      </div>
      <p class="entry-facts wrap">{factsOf(data)}</p>
    </li>
  )
}

/** What happened, newest first. */
export function Events() {
  const [types, setTypes] = useState('')
  const [typed, setTyped] = useState('')
  const player = useSettled(typed.trim())
  const events = usePages<EventRow>('/api/events', { types, player }, paceOf(EVERY_MS))
  useReloadOn('', events.reload)
  return (
    <>
      <div class="filters">
        <GroupedSelect label="Type" all="All types" groups={EVENT_GROUPS} value={types} onChange={setTypes} />
        <TextField
          name="player"
          label="Player stream ID"
          type="search"
          isCode
          placeholder="any"
          value={typed}
          onChange={setTyped}
        />
      </div>
      <Listed
        of={events}
        what="Events"
        empty={
          <Empty
            icon="log"
            title={types === '' && player === '' ? 'Nothing has happened yet' : 'No event fits the filter'}
          />
        }
      >
        {rows => (
          <ul class="entries card" aria-label="Events, newest first">
            {rows.map(row => (
              <EventItem key={row.id} of={row} />
            ))}
          </ul>
        )}
      </Listed>
    </>
  )
}
