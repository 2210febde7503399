import { get, type Page } from '../../api/client.ts'
import type { Session, StreamId } from '../../api/types.ts'
import { useResource } from '../../lib/use-resource.ts'
import { live, stateOf } from '../../state/live.ts'
import { Graphs } from './graphs.tsx'
import { PlayersTable } from './players-table.tsx'
import { Preview } from './preview.tsx'
import { PublisherCard } from './publisher-card.tsx'

const EVERY_MS = 2000
const MOST = 200

/** How the stream is doing, and who is connected. */
export function Overview({ row }: { row: StreamId }) {
  const { player } = row
  const session = live.value.publishers.get(row.publisher)
  const load = (signal: AbortSignal) =>
    get<Page<Session>>('/api/sessions', { query: { role: 'player', player, limit: MOST }, signal })
  const players = useResource(load, { everyMs: EVERY_MS, on: [player] })
  return (
    <>
      <Graphs player={player} session={session} />
      <div class="columns">
        <PublisherCard row={row} session={session} />
        <Preview row={row} isLive={stateOf(session, row) !== 'offline'} />
      </div>
      <PlayersTable resource={players} most={MOST} />
    </>
  )
}
