import { sql } from 'kysely'
import { ensureMeasured } from './measured-streams.ts'
import { findPastSessions, type PastSession, type PastSessionFilter } from './past-session-reader.ts'
import { type PeriodTotals, type TotalsFilter, totalsOf } from './past-session-totals.ts'
import type { Queries } from './queries.ts'

export type { PastSession, PastSessionFilter, SessionSelection } from './past-session-reader.ts'
export type { PeriodTotals, TotalsFilter } from './past-session-totals.ts'

/** A session of this run of the server, as it is now or was at its end. */
export interface SessionRecord {
  /** Unique within a run. */
  connectionId: number
  role: 'publisher' | 'player'
  streamKey: string
  /** Null: it is a publisher. */
  player: string | null
  address: string
  srtVersion: string
  encryption: string
  latencyMs: number
  /** Unix milliseconds, as all times. */
  startedMs: number
  lastSeenMs: number
  /** Null: it goes on. */
  endedMs: number | null
  reason: string | null
  bytes: number
}

export type SessionProgress = Pick<SessionRecord, 'connectionId' | 'lastSeenMs' | 'bytes'>

/** The table past_sessions. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface PastSessions {
  /** All or none; one that is there already is brought up to date. At most some hundred at once. */
  put(runId: string, records: readonly SessionRecord[]): Promise<void>
  /** As put(), for sessions that are there and go on, whatever a server that began later has taken them for. */
  progress(runId: string, sessions: readonly SessionProgress[]): Promise<void>
  /** Ends the sessions of a run, or of all other runs, that are open, when they were last seen. Resolves to their number. */
  closeOpen(which: { ofRun: string } | { notOfRun: string }, reason: string): Promise<number>
  /** Newest first; one row more than `limit` tells that there is another page. */
  find(filter: PastSessionFilter): Promise<PastSession[]>
  totals(filter: TotalsFilter): Promise<PeriodTotals>
  /** Deletes at most `limit` that ended before this, or are beyond the newest `mostRows`. Resolves to their number. */
  prune(options: { beforeMs: number; mostRows: number; limit: number }): Promise<number>
}

export function pastSessions(queries: Queries): PastSessions {
  return {
    async put(runId, records) {
      if (records.length === 0) return
      await queries.runBriefly(async db => {
        await ensureMeasured(
          db,
          records.map(({ streamKey, startedMs, lastSeenMs }) => {
            return { streamKey, firstMs: startedMs, lastMs: lastSeenMs }
          }),
        )
        const field = (name: keyof SessionRecord) => sql`session.value ->> ${sql.lit(name)}`
        await sql`
          INSERT INTO past_sessions (connection_id, run_id, role, stream, player, address, srt_version, encryption,
            latency_ms, started_ms, last_seen_ms, ended_ms, reason, bytes)
          SELECT ${field('connectionId')}, ${runId}, ${field('role')}, measured_streams.id, ${field('player')},
            ${field('address')}, ${field('srtVersion')}, ${field('encryption')}, ${field('latencyMs')},
            ${field('startedMs')}, ${field('lastSeenMs')}, ${field('endedMs')}, ${field('reason')}, ${field('bytes')}
          FROM json_each(${JSON.stringify(records)}) AS session
          JOIN measured_streams ON stream_key = ${field('streamKey')}
          WHERE true ORDER BY session.key
          ON CONFLICT (run_id, connection_id) DO UPDATE SET
            last_seen_ms = excluded.last_seen_ms, ended_ms = excluded.ended_ms, reason = excluded.reason,
            bytes = excluded.bytes`.execute(db)
      })
    },

    async progress(runId, sessions) {
      if (sessions.length === 0) return
      await queries.runBriefly(db =>
        // Materialized and crossed, or SQLite would go through the whole run for each of them.
        sql`
          WITH now AS MATERIALIZED (
            SELECT past_sessions.id, told.value ->> 'lastSeenMs' AS seen_ms, told.value ->> 'bytes' AS bytes
            FROM json_each(${JSON.stringify(sessions)}) AS told
            CROSS JOIN past_sessions ON run_id = ${runId} AND connection_id = told.value ->> 'connectionId')
          UPDATE past_sessions SET last_seen_ms = now.seen_ms, bytes = now.bytes, ended_ms = NULL, reason = NULL
          FROM now WHERE past_sessions.id = now.id`.execute(db),
      )
    },

    closeOpen: (which, reason) =>
      queries.runBriefly(async db => {
        const isMeant = 'ofRun' in which ? sql`run_id = ${which.ofRun}` : sql`run_id <> ${which.notOfRun}`
        const { numAffectedRows } = await sql`
          UPDATE past_sessions SET ended_ms = last_seen_ms, reason = ${reason}
          WHERE ended_ms IS NULL AND ${isMeant}`.execute(db)
        return Number(numAffectedRows ?? 0n)
      }),

    find: filter => findPastSessions(queries, filter),

    totals: filter => totalsOf(queries, filter),

    prune: ({ beforeMs, mostRows, limit }) =>
      queries.runBriefly(async db => {
        const { rows } = await sql<{ id: number }>`
          SELECT id FROM past_sessions ORDER BY id DESC LIMIT 1 OFFSET ${mostRows}`.execute(db)
        const old = await sql`
          DELETE FROM past_sessions WHERE id IN (
            SELECT id FROM past_sessions WHERE ended_ms IS NOT NULL AND ended_ms < ${beforeMs}
            ORDER BY ended_ms LIMIT ${limit})`.execute(db)
        const deletedCount = Number(old.numAffectedRows ?? 0n)
        const lastId = rows[0]?.id
        if (lastId === undefined || deletedCount >= limit) return deletedCount
        const beyond = await sql`
          DELETE FROM past_sessions WHERE id IN (
            SELECT id FROM past_sessions WHERE id <= ${lastId} ORDER BY id LIMIT ${limit - deletedCount})`.execute(
          db,
        )
        return deletedCount + Number(beyond.numAffectedRows ?? 0n)
      }),
  }
}
