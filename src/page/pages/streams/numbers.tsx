import { bitrate, count } from '../../lib/format.ts'
import type { Group } from './groups.ts'

/** The relay in four numbers. */
export function Numbers({ groups }: { groups: readonly Group[] }) {
  const isState = (state: Group['state']) => groups.filter(group => group.state === state).length
  const stalled = isState('stalled')
  const incoming = groups.reduce((sum, { session }) => sum + (session?.bitrate_kbps ?? 0), 0)
  const players = groups.reduce((sum, group) => sum + group.players, 0)
  return (
    <dl class="numbers">
      <div>
        <dt>Live</dt>
        <dd>
          {count(isState('live'))} <span class="muted">of {count(groups.length)}</span>
        </dd>
      </div>
      <div class={stalled > 0 ? 'numbers-warn' : undefined}>
        <dt>Stalled</dt>
        <dd>{count(stalled)}</dd>
      </div>
      <div>
        <dt>Players</dt>
        <dd>{count(players)}</dd>
      </div>
      <div>
        <dt>Incoming</dt>
        <dd>{bitrate(incoming)}</dd>
      </div>
    </dl>
  )
}
