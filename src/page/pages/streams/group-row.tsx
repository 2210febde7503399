import { Icon } from '../../components/icon.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { bitrate, count, duration, milliseconds, percent, plural } from '../../lib/format.ts'
import { samplesOf } from '../../state/history.ts'
import type { Live } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { type Group, playersOf } from './groups.ts'
import { StateBadge } from './state-badge.tsx'

/** A minute and a half. */
const SPARK_SAMPLES = 45

function Measures({ group: { session, players } }: { group: Group }) {
  if (session === undefined) {
    return (
      <>
        <span class="stream-rate" />
        <span class="stream-number" data-label="players">
          {players > 0 ? count(players) : '–'}
        </span>
        <span class="stream-number stream-gone">–</span>
        <span class="stream-number stream-gone">–</span>
        <span class="stream-number stream-gone">–</span>
      </>
    )
  }
  return (
    <>
      <span class="stream-rate">
        <span class="number">{bitrate(session.bitrate_kbps)}</span>
        <Sparkline
          values={samplesOf(session.id).map(({ bitrateKbps }) => bitrateKbps)}
          most={SPARK_SAMPLES}
        />
      </span>
      <span class="stream-number" data-label={players === 1 ? 'player' : 'players'}>
        {count(players)}
      </span>
      <span class="stream-number" data-label="RTT">
        {milliseconds(session.rtt_ms)}
      </span>
      <span class="stream-number" data-label="loss">
        {percent(session.loss_percent)}
      </span>
      <span class="stream-number" data-label="up">
        {duration(session.uptime)}
      </span>
    </>
  )
}

/** One publisher: a line of the list, and one more for each player where there are several. */
export function GroupRow({ group, live }: { group: Group; live: Live }) {
  const [first] = group.rows
  if (first === undefined) return null
  const isAlone = group.rows.length === 1
  return (
    <>
      <a class="stream" href={hrefOf('stream', first.player)}>
        <span class="stream-state">
          <StateBadge state={group.state} />
        </span>
        <span class="stream-name">
          <strong>{group.title}</strong>
          <span class="muted code">{isAlone ? first.player : `${group.rows.length} player stream IDs`}</span>
        </span>
        <Measures group={group} />
        <Icon name="next" />
      </a>
      {!isAlone && (
        <ul class="stream-players" aria-label={`Player stream IDs of ${group.title}`}>
          {group.rows.map(row => (
            <li key={row.player}>
              <a class="stream-player" href={hrefOf('stream', row.player)}>
                <span class="code">{row.player}</span>
                <span class="muted">{row.description !== group.title ? row.description : ''}</span>
                <span class="number">{plural(playersOf(row, live.players), 'player')}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
