import { setImmediate as nextTurn } from 'node:timers/promises'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Queries } from './queries.ts'
import type { PlayerScope } from './stream-id-filter.ts'

/** Ids looked at by one statement: some milliseconds' work. */
const IDS_PER_QUERY = 20_000

/** Which sessions somebody may know. */
export interface SessionSelection {
  /** Publishers' sessions of these measured streams; null: of all. */
  streams: readonly number[] | null
  /** Players' sessions with these stream IDs; null: with any. */
  players: PlayerScope | null
}

export interface PastSessionFilter {
  selection: SessionSelection
  /** Only sessions with this player stream ID, and of publishers only those of this measured stream. */
  of?: { player: string; stream: number | undefined }
  role?: 'publisher' | 'player'
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

export interface PastSession {
  /** Rises from session to session, and over restarts. */
  id: number
  connectionId: number
  runId: string
  role: 'publisher' | 'player'
  streamKey: string
  player: string | null
  address: string
  srtVersion: string
  encryption: string
  latencyMs: number
  startedMs: number
  lastSeenMs: number
  endedMs: number | null
  reason: string | null
  bytes: number
}

/** Which rows of past_sessions a selection has. */
export function isSelected({ streams, players }: SessionSelection): RawBuilder<SqlBool> {
  const ofStreams =
    streams === null ? sql`true` : sql`stream IN (SELECT value FROM json_each(${JSON.stringify(streams)}))`
  return sql`CASE role WHEN 'publisher' THEN ${ofStreams} ELSE ${isOfPlayers(players)} END`
}

function isOfPlayers(players: PlayerScope | null): RawBuilder<SqlBool> {
  if (players === null) return sql`true`
  if ('prefix' in players) return sql`substr(player, 1, length(${players.prefix})) = ${players.prefix}`
  return sql`player IN (SELECT value FROM json_each(${JSON.stringify(players.players)}))`
}

/** One row more than `limit` tells that there is another page. */
export function findPastSessions(queries: Queries, filter: PastSessionFilter): Promise<PastSession[]> {
  return filter.of === undefined ? findAny(queries, filter) : findOf(queries, filter, filter.of)
}

const rowsWhere = (condition: RawBuilder<unknown>, limit: number) => sql<PastSession>`
  SELECT past_sessions.id, connection_id AS connectionId, run_id AS runId, role, stream_key AS streamKey, player,
    address, srt_version AS srtVersion, encryption, latency_ms AS latencyMs, started_ms AS startedMs,
    last_seen_ms AS lastSeenMs, ended_ms AS endedMs, reason, bytes
  FROM past_sessions JOIN measured_streams ON measured_streams.id = stream
  WHERE ${condition} ORDER BY past_sessions.id DESC LIMIT ${limit}`

/** Each side has an index of its own. */
async function findOf(
  queries: Queries,
  { selection, role, beforeId = Number.MAX_SAFE_INTEGER, limit }: PastSessionFilter,
  { player, stream }: NonNullable<PastSessionFilter['of']>,
): Promise<PastSession[]> {
  const sides = [
    ...(role === 'publisher' ? [] : [sql`player = ${player}`]),
    ...(role === 'player' || stream === undefined ? [] : [sql`stream = ${stream} AND role = 'publisher'`]),
  ]
  const found: PastSession[] = []
  for (const side of sides) {
    const condition = sql`${side} AND past_sessions.id < ${beforeId} AND ${isSelected(selection)}`
    const { rows } = await queries.run(db => rowsWhere(condition, limit + 1).execute(db))
    found.push(...rows)
  }
  return found.sort((one, other) => other.id - one.id).slice(0, limit + 1)
}

/** In portions, so that a search for a few among a million leaves others their turn. */
async function findAny(
  queries: Queries,
  { selection, role, beforeId, limit }: PastSessionFilter,
): Promise<PastSession[]> {
  const ends = await queries.run(db =>
    sql<{ first: number | null; last: number | null }>`
      SELECT (SELECT min(id) FROM past_sessions) AS first, (SELECT max(id) FROM past_sessions) AS last`.execute(
      db,
    ),
  )
  const { first, last } = ends.rows[0] ?? {}
  const found: PastSession[] = []
  if (first === null || first === undefined || last === null || last === undefined) return found
  const isOfRole = role === undefined ? sql`true` : sql`role = ${role}`
  for (let before = Math.min(beforeId ?? last + 1, last + 1); before > first; before -= IDS_PER_QUERY) {
    const condition = sql`past_sessions.id < ${before} AND past_sessions.id >= ${before - IDS_PER_QUERY}
      AND ${isOfRole} AND ${isSelected(selection)}`
    const { rows } = await queries.run(db => rowsWhere(condition, limit + 1 - found.length).execute(db))
    found.push(...rows)
    if (found.length > limit) break
    await nextTurn()
  }
  return found
}
