import type { Session, StreamId } from '../../api/types.ts'
import { type Live, type StreamState, stateOf } from '../../state/live.ts'

/** A publisher with all its players. */
export interface Group {
  key: string
  /** For people: the first description, else the first player. */
  title: string
  rows: readonly StreamId[]
  state: StreamState
  session: Session | undefined
  players: number
}

/** Rows of the same publisher; those whose publisher the key may not know stand alone. */
export function groupsOf(rows: readonly StreamId[], { publishers, players }: Live): Group[] {
  const byPublisher = new Map<string, StreamId[]>()
  for (const row of rows) {
    const key = row.publisher === '' ? `player ${row.player}` : `publisher ${row.publisher}`
    const group = byPublisher.get(key)
    if (group === undefined) byPublisher.set(key, [row])
    else group.push(row)
  }
  return [...byPublisher].flatMap(([key, group]) => {
    const [first] = group
    if (first === undefined) return []
    const session = publishers.get(first.publisher)
    return {
      key,
      title: group.find(row => row.description !== null)?.description ?? first.player,
      rows: group,
      state: stateOf(session, first),
      session,
      players: group.reduce((sum, row) => sum + playersOf(row, players), 0),
    }
  })
}

/** How many are connected with one player stream ID. */
export const playersOf = (row: StreamId, players: Live['players']) =>
  players === undefined ? row.players : (players.get(row.player) ?? 0)

export type Filter = 'all' | 'live' | 'offline'
export type Order = 'state' | 'name' | 'bitrate' | 'players' | 'newest'

export interface View {
  search: string
  filter: Filter
  order: Order
}

function isWanted(group: Group, { search, filter }: View): boolean {
  if (filter === 'live' && group.state === 'offline') return false
  if (filter === 'offline' && group.state !== 'offline') return false
  if (search === '') return true
  const needle = search.toLowerCase()
  return group.rows.some(({ player, publisher, description }) =>
    [player, publisher, description ?? ''].some(text => text.toLowerCase().includes(needle)),
  )
}

const RANKS: Record<StreamState, number> = { stalled: 0, live: 1, offline: 2 }
const byTitle = (a: Group, b: Group) => a.title.localeCompare(b.title, undefined, { numeric: true })
const newestOf = ({ rows }: Group) => Math.max(...rows.map(({ id }) => id))

const ORDERS: Record<Order, (a: Group, b: Group) => number> = {
  state: (a, b) => RANKS[a.state] - RANKS[b.state] || byTitle(a, b),
  name: byTitle,
  bitrate: (a, b) => (b.session?.bitrate_kbps ?? -1) - (a.session?.bitrate_kbps ?? -1) || byTitle(a, b),
  players: (a, b) => b.players - a.players || byTitle(a, b),
  newest: (a, b) => newestOf(b) - newestOf(a),
}

export const shownGroups = (groups: readonly Group[], view: View) =>
  groups.filter(group => isWanted(group, view)).sort(ORDERS[view.order])
