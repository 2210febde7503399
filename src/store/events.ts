import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Queries } from './queries.ts'
import type { Schema } from './schema.ts'

const DAY_MS = 86_400_000
const ROWS_PER_DELETE = 1000

/** Something that happened and that somebody may want to be told of. No field has a secret in it. */
export interface NewEvent {
  /** Unix milliseconds. */
  atMs: number
  /** One of EVENT_TYPES. */
  type: string
  /** The player stream ID that it is about; null: about a whole stream, or about none. */
  player: string | null
  /** The player stream IDs of the stream that it is about; empty: about none. Who may know all of them may know it. */
  players: readonly string[]
  /** Null: about no session. */
  sessionId: number | null
  data: Readonly<Record<string, unknown>>
}

export interface StoredEvent extends NewEvent {
  /** Rises from event to event, and over restarts. */
  id: number
}

/** The table events. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Events {
  /** All or none; in the file when it resolves, in this order. */
  append(events: readonly NewEvent[]): Promise<StoredEvent[]>
  /** Those with a higher id, oldest first. */
  after(id: number, limit: number): Promise<StoredEvent[]>
  /** Newest first, of these types (empty: all); undefined: from the newest. */
  before(id: number | undefined, types: readonly string[], limit: number): Promise<StoredEvent[]>
  /** Of the newest that ever was; 0 = there was none. */
  lastId(): Promise<number>
  /** Deletes what is older than this, and the oldest of more than `limit`. Resolves to their number. */
  prune(retentionDays: number, limit: number, nowMs: number): Promise<number>
}

interface Row {
  id: number
  at_ms: number
  type: string
  player: string | null
  players: string
  session_id: number | null
  data: string
}

const toEvent = (row: Row): StoredEvent => ({
  id: row.id,
  atMs: row.at_ms,
  type: row.type,
  player: row.player,
  players: JSON.parse(row.players),
  sessionId: row.session_id,
  data: JSON.parse(row.data),
})

export function events(queries: Queries): Events {
  return {
    async append(events) {
      if (events.length === 0) return []
      const rows = events.map(({ atMs, type, player, players, sessionId, data }) => ({
        ...{ at_ms: atMs, type, player, players: JSON.stringify(players) },
        ...{ session_id: sessionId, data: JSON.stringify(data) },
      }))
      // Nobody waits for it: another process that writes must not hold up everything else.
      const ids = await queries.runBriefly(db =>
        db.insertInto('events').values(rows).returning('id').execute(),
      )
      // RETURNING promises no order; the ids of one statement rise in the order of its rows.
      const sorted = ids.map(({ id }) => id).sort((one, other) => one - other)
      return events.map((event, i) => ({ ...event, id: sorted[i] ?? 0 }))
    },

    after: (id, limit) =>
      queries.run(async db => {
        const rows = await db
          .selectFrom('events')
          .selectAll()
          .where('id', '>', id)
          .orderBy('id')
          .limit(limit)
          .execute()
        return rows.map(toEvent)
      }),

    before: (id, types, limit) =>
      queries.run(async db => {
        let query = db.selectFrom('events').selectAll().orderBy('id', 'desc').limit(limit)
        if (id !== undefined) query = query.where('id', '<', id)
        if (types.length > 0) query = query.where('type', 'in', types)
        return (await query.execute()).map(toEvent)
      }),

    lastId: async () => (await lastOf(queries)).seq,

    async prune(retentionDays, limit, nowMs) {
      const { seq } = await lastOf(queries)
      const tooOld = (db: Kysely<Schema>) =>
        db
          .selectFrom('events')
          .select('id')
          .where('at_ms', '<', nowMs - retentionDays * DAY_MS)
          .orderBy('at_ms')
      // By number: counting the rows of a large table would hold everything up.
      const tooMany = (db: Kysely<Schema>) =>
        db
          .selectFrom('events')
          .select('id')
          .where('id', '<=', seq - limit)
          .orderBy('id')
      return (await deleteAll(queries, tooOld)) + (await deleteAll(queries, tooMany))
    },
  }
}

/** AUTOINCREMENT's own table: it knows the last id even when that event has been deleted. */
async function lastOf(queries: Queries): Promise<{ seq: number }> {
  const row = await queries.run(db =>
    db
      .withTables<{ sqlite_sequence: { name: string; seq: number } }>()
      .selectFrom('sqlite_sequence')
      .select('seq')
      .where('name', '=', 'events')
      .executeTakeFirst(),
  )
  return row ?? { seq: 0 }
}

type Ids = (db: Kysely<Schema>) => SelectQueryBuilder<Schema, 'events', { id: number }>

/** In small steps, with whatever else there is to do between them. */
async function deleteAll(queries: Queries, ids: Ids): Promise<number> {
  for (let deletedCount = 0; ; await nextTurn()) {
    const { numDeletedRows } = await queries.runBriefly(db =>
      db.deleteFrom('events').where('id', 'in', ids(db).limit(ROWS_PER_DELETE)).executeTakeFirstOrThrow(),
    )
    deletedCount += Number(numDeletedRows)
    if (numDeletedRows < ROWS_PER_DELETE) return deletedCount
  }
}
