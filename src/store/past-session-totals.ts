import { setImmediate as nextTurn } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { isSelected, type SessionSelection } from './past-session-reader.ts'
import type { Queries } from './queries.ts'

/** Sessions added up by one statement: some milliseconds' work. */
const SESSIONS_PER_QUERY = 20_000

export interface TotalsFilter {
  selection: SessionSelection
  /** Unix milliseconds; sessions count as far as they lie between. */
  fromMs: number
  toMs: number
}

export interface PeriodTotals {
  publisherSessions: number
  playerSessions: number
  /** Of all publishers, and of all players, added up. */
  liveMs: number
  watchMs: number
}

/** Only columns of one index, so that no row is looked up. */
interface Portion {
  condition: RawBuilder<unknown>
  end: RawBuilder<unknown>
}

interface Key {
  endedMs: number
  id: number
}

/** Sessions that have ended, in portions by their end, and those that go on. */
export async function totalsOf(queries: Queries, filter: TotalsFilter): Promise<PeriodTotals> {
  const totals = { publisherSessions: 0, playerSessions: 0, liveMs: 0, watchMs: 0 }
  await addTo(totals, queries, filter, { condition: sql`ended_ms IS NULL`, end: sql`last_seen_ms` })
  let after: Key | undefined = { endedMs: filter.fromMs, id: 0 }
  while (after !== undefined) {
    await nextTurn()
    const next: Key | undefined = await keyBehind(queries, after)
    const upTo = next === undefined ? sql`true` : sql`(ended_ms, id) <= (${next.endedMs}, ${next.id})`
    const condition = sql`ended_ms IS NOT NULL AND (ended_ms, id) > (${after.endedMs}, ${after.id}) AND ${upTo}`
    await addTo(totals, queries, filter, { condition, end: sql`ended_ms` })
    after = next
  }
  return totals
}

/** The last one of the next portion; undefined: the portion goes to the end. */
async function keyBehind(queries: Queries, { endedMs, id }: Key): Promise<Key | undefined> {
  const { rows } = await queries.run(db =>
    sql<Key>`
      SELECT ended_ms AS endedMs, id FROM past_sessions
      WHERE ended_ms IS NOT NULL AND (ended_ms, id) > (${endedMs}, ${id})
      ORDER BY ended_ms, id LIMIT 1 OFFSET ${SESSIONS_PER_QUERY - 1}`.execute(db),
  )
  return rows[0]
}

async function addTo(
  totals: PeriodTotals,
  queries: Queries,
  { selection, fromMs, toMs }: TotalsFilter,
  { condition, end }: Portion,
): Promise<void> {
  const { rows } = await queries.run(db =>
    sql<{ role: string; sessions: number; ms: number }>`
      SELECT role, count(*) AS sessions,
        sum(max(0, min(${end}, ${toMs}) - max(started_ms, ${fromMs}))) AS ms
      FROM past_sessions
      WHERE ${condition} AND started_ms < ${toMs} AND ${end} >= ${fromMs}
        AND ${isSelected(selection)}
      GROUP BY role`.execute(db),
  )
  for (const { role, sessions, ms } of rows) {
    if (role === 'publisher') {
      totals.publisherSessions += sessions
      totals.liveMs += ms
    } else {
      totals.playerSessions += sessions
      totals.watchMs += ms
    }
  }
}
