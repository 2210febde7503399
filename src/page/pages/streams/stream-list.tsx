import { useWindow } from '../../lib/use-window.ts'
import type { Live } from '../../state/live.ts'
import { GroupRow } from './group-row.tsx'
import type { Group } from './groups.ts'

/** As in streams.css, for lists of which only a part is drawn. */
const HEIGHTS_PX = { wide: { group: 60, player: 38 }, narrow: { group: 112, player: 44 } }
const WIDE = window.matchMedia('(min-width: 45rem)')

function heightOf({ rows }: Group): number {
  const { group, player } = WIDE.matches ? HEIGHTS_PX.wide : HEIGHTS_PX.narrow
  return group + (rows.length > 1 ? rows.length * player + 8 : 0)
}

/** The streams, one below the other; thousands cost no more than those that can be seen. */
export function StreamList({ groups, live }: { groups: readonly Group[]; live: Live }) {
  const { element, shown, first, before, after } = useWindow(groups, heightOf)
  return (
    <div class="streams card">
      <div class="stream-heads" aria-hidden="true">
        <span>State</span>
        <span>Stream</span>
        <span>Bitrate</span>
        <span class="stream-number">Players</span>
        <span class="stream-number">RTT</span>
        <span class="stream-number">Loss</span>
        <span class="stream-number">Up for</span>
      </div>
      <ul
        ref={element}
        class={shown.length < groups.length ? 'stream-list stream-list-long' : 'stream-list'}
        style={{ paddingTop: `${before}px`, paddingBottom: `${after}px` }}
      >
        {shown.map((group, index) => (
          <li key={group.key} aria-posinset={first + index + 1} aria-setsize={groups.length}>
            <GroupRow group={group} live={live} />
          </li>
        ))}
      </ul>
    </div>
  )
}
