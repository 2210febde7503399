import { type Kysely, sql } from 'kysely'
import type { Queries } from './queries.ts'
import type { Schema } from './schema.ts'

/** So that a stream that stays live is not written anew with every sample. */
const LAST_MS_PRECISION_MS = 3_600_000

export interface MeasuredStream {
  /** Never 0. */
  id: number
  /** The publisher's stream ID, a secret. */
  streamKey: string
  /** When it was first live; Unix milliseconds. */
  firstMs: number
}

/** The table measured_streams. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface MeasuredStreams {
  all(): Promise<MeasuredStream[]>
  /** Those of them that were ever live. */
  find(streamKeys: readonly string[]): Promise<MeasuredStream[]>
  /** Forgets at most so many that were last live before this and have no session. Resolves to their number. */
  prune(beforeMs: number, limit: number): Promise<number>
}

/** A stream that was live between two times, Unix milliseconds. */
export interface SeenStream {
  streamKey: string
  firstMs: number
  lastMs: number
}

/** Gives an id to those that have none. For the same turn on the database as what refers to them. */
export async function ensureMeasured(db: Kysely<Schema>, streams: readonly SeenStream[]): Promise<void> {
  await sql`
    INSERT INTO measured_streams (stream_key, first_ms, last_ms)
    SELECT value ->> 'streamKey', min(value ->> 'firstMs'), max(value ->> 'lastMs')
    FROM json_each(${JSON.stringify(streams)})
    WHERE true GROUP BY 1
    ON CONFLICT (stream_key) DO UPDATE SET last_ms = excluded.last_ms
      WHERE excluded.last_ms > last_ms + ${LAST_MS_PRECISION_MS}`.execute(db)
}

export function measuredStreams(queries: Queries): MeasuredStreams {
  const columns = ['id', 'stream_key as streamKey', 'first_ms as firstMs'] as const
  return {
    all: () => queries.run(db => db.selectFrom('measured_streams').select(columns).orderBy('id').execute()),

    find: streamKeys =>
      queries.run(db =>
        db
          .selectFrom('measured_streams')
          .select(columns)
          .where(
            'stream_key',
            'in',
            sql<string>`(SELECT value FROM json_each(${JSON.stringify(streamKeys)}))`,
          )
          .orderBy('id')
          .execute(),
      ),

    prune: (beforeMs, limit) =>
      queries.runBriefly(async db => {
        const { numAffectedRows } = await sql`
          DELETE FROM measured_streams WHERE id IN (
            SELECT id FROM measured_streams AS old
            WHERE last_ms < ${beforeMs - LAST_MS_PRECISION_MS}
              AND NOT EXISTS (SELECT 1 FROM past_sessions WHERE stream = old.id)
            LIMIT ${limit})`.execute(db)
        return Number(numAffectedRows ?? 0n)
      }),
  }
}
