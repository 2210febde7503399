import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { ensureMeasured } from './measured-streams.ts'
import type { Queries } from './queries.ts'

/** The widths of the rows, in seconds: every sample is added to one row of each. */
export const STEPS_S = [10, 60, 600, 3600] as const
export type StepS = (typeof STEPS_S)[number]

/** The stream of the rows that are about all streams together. */
export const ALL_STREAMS = 0

const STREAMS_PER_STATEMENT = 200
/** Looked up a statement: some milliseconds' work. */
const ROWS_PER_QUERY = 5000

/** What one stream was like over some seconds. */
export interface Sample {
  /** How long it was live, in seconds; above 0. */
  liveS: number
  /** Payload. */
  rateKbps: number
  /** 0 = not known. */
  rttMs: number
  rttMaxMs: number
  lossPercent: number
  lossMaxPercent: number
  bufferMs: number
  players: number
  /** Payload from the publisher, and to the players. */
  bytesIn: number
  bytesOut: number
}

export interface StreamSample extends Sample {
  streamKey: string
  /** Since when it is live, for the first one of a stream; Unix milliseconds. */
  sinceMs: number
}

/** One row, or several streams at the same time added up. */
export interface SeriesPoint extends Sample {
  /** Its beginning, Unix seconds. */
  atS: number
  rateMinKbps: number
  rateMaxKbps: number
  playersMax: number
}

export interface SeriesRange {
  /** Ids of measured streams, or ALL_STREAMS alone. */
  streams: readonly number[]
  stepS: StepS
  /** Beginnings of the first and of the last row, Unix seconds. */
  fromS: number
  toS: number
}

/** The table samples. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Samples {
  /**
   * Adds to the rows of every step that `atS` (Unix seconds) falls into: sums, means by live time, least and greatest.
   * A row that is there already, as after a clock was set back, goes on. Gives up soon while another process writes.
   */
  add(atS: number, streams: readonly StreamSample[], total: Sample): Promise<void>
  /**
   * In the order of time; without rows for times when none was live. Several streams: rates and players are sums, the rest
   * is a mean by live time, `liveS` of the one that was live longest; least and greatest rate are bounds.
   */
  series(range: SeriesRange): Promise<SeriesPoint[]>
  /** Stream -> seconds that it was live within the range; those that never were are left out. */
  liveSeconds(range: SeriesRange): Promise<Map<number, number>>
  /** Deletes at most `limit` rows of a step that begin before this. Resolves to their number. */
  prune(stepS: StepS, beforeS: number, limit: number): Promise<number>
}

export function samples(queries: Queries): Samples {
  return {
    async add(atS, streams, total) {
      for (let index = 0; index < streams.length; index += STREAMS_PER_STATEMENT) {
        await addSome(queries, atS, streams.slice(index, index + STREAMS_PER_STATEMENT))
        await nextTurn()
      }
      if (streams.length > 0) await queries.runBriefly(db => insert(atS, [total]).execute(db))
    },

    async series(range) {
      const points: SeriesPoint[] = []
      for (const times of slices(range)) {
        const { rows } = await queries.run(db => selectSeries(range, times).execute(db))
        points.push(...rows)
        await nextTurn()
      }
      return points
    },

    async liveSeconds(range) {
      const sums = new Map<number, number>()
      for (const times of slices(range)) {
        const { rows } = await queries.run(db =>
          sql<{ stream: number; liveS: number }>`
            SELECT stream, sum(live_s) AS liveS FROM ${lookedUp(range, times)} GROUP BY stream`.execute(db),
        )
        for (const { stream, liveS } of rows) sums.set(stream, (sums.get(stream) ?? 0) + liveS)
        await nextTurn()
      }
      return sums
    },

    prune: (stepS, beforeS, limit) =>
      queries.runBriefly(async db => {
        const { numAffectedRows } = await sql`
          DELETE FROM samples WHERE (step_s, at_s, stream) IN (
            SELECT step_s, at_s, stream FROM samples
            WHERE step_s = ${stepS} AND at_s < ${beforeS} ORDER BY at_s LIMIT ${limit})`.execute(db)
        return Number(numAffectedRows ?? 0n)
      }),
  }
}

function addSome(queries: Queries, atS: number, streams: readonly StreamSample[]): Promise<unknown> {
  return queries.runBriefly(async db => {
    await ensureMeasured(
      db,
      streams.map(({ streamKey, sinceMs }) => ({ streamKey, firstMs: sinceMs, lastMs: atS * 1000 })),
    )
    await insert(atS, streams).execute(db)
  })
}

/** Those without a key are about all streams. */
function insert(atS: number, rows: readonly (Sample & { streamKey?: string })[]) {
  const field = (name: keyof Sample | 'streamKey') => sql`sample.value ->> ${sql.lit(name)}`
  const mean = (column: string) =>
    sql`(${sql.ref(column)} * live_s + ${sql.ref(`excluded.${column}`)} * excluded.live_s) / (live_s + excluded.live_s)`
  const greater = (column: string) => sql`max(${sql.ref(column)}, ${sql.ref(`excluded.${column}`)})`
  return sql`
    INSERT INTO samples (step_s, at_s, stream, live_s, rate_kbps, rate_min_kbps, rate_max_kbps, rtt_ms, rtt_max_ms,
      loss_percent, loss_max_percent, buffer_ms, players, players_max, bytes_in, bytes_out)
    SELECT step.value, CAST(${atS} AS INTEGER) / step.value * step.value,
      coalesce(measured_streams.id, ${sql.lit(ALL_STREAMS)}),
      min(step.value, ${field('liveS')}), ${field('rateKbps')}, ${field('rateKbps')}, ${field('rateKbps')},
      ${field('rttMs')}, ${field('rttMaxMs')}, ${field('lossPercent')}, ${field('lossMaxPercent')},
      ${field('bufferMs')}, ${field('players')}, ${field('players')}, ${field('bytesIn')}, ${field('bytesOut')}
    FROM json_each(${JSON.stringify(STEPS_S)}) AS step
    CROSS JOIN json_each(${JSON.stringify(rows)}) AS sample
    LEFT JOIN measured_streams ON stream_key = ${field('streamKey')}
    WHERE measured_streams.id IS NOT NULL OR ${field('streamKey')} IS NULL
    ON CONFLICT DO UPDATE SET
      live_s = min(step_s, live_s + excluded.live_s),
      rate_kbps = ${mean('rate_kbps')},
      rate_min_kbps = min(rate_min_kbps, excluded.rate_min_kbps),
      rate_max_kbps = ${greater('rate_max_kbps')},
      rtt_ms = CASE WHEN rtt_ms = 0 THEN excluded.rtt_ms WHEN excluded.rtt_ms = 0 THEN rtt_ms
        ELSE ${mean('rtt_ms')} END,
      rtt_max_ms = ${greater('rtt_max_ms')},
      loss_percent = ${mean('loss_percent')},
      loss_max_percent = ${greater('loss_max_percent')},
      buffer_ms = ${mean('buffer_ms')},
      players = ${mean('players')},
      players_max = ${greater('players_max')},
      bytes_in = bytes_in + excluded.bytes_in,
      bytes_out = bytes_out + excluded.bytes_out`
}

/** The beginnings of the rows, in portions that one statement looks up. */
function* slices({ streams, stepS, fromS, toS }: SeriesRange): Generator<number[]> {
  if (streams.length === 0) return
  const size = Math.max(1, Math.floor(ROWS_PER_QUERY / streams.length))
  for (let firstS = fromS; firstS <= toS; firstS += size * stepS) {
    const count = Math.min(size, Math.floor((toS - firstS) / stepS) + 1)
    yield Array.from({ length: count }, (_, i) => firstS + i * stepS)
  }
}

/** Row by row by the primary key: a range would go through the rows of all other streams too. */
function lookedUp({ streams, stepS }: SeriesRange, times: readonly number[]) {
  return sql`json_each(${JSON.stringify(times)}) AS time
    CROSS JOIN json_each(${JSON.stringify(streams)}) AS wanted
    CROSS JOIN samples ON step_s = ${stepS} AND at_s = time.value AND stream = wanted.value`
}

function selectSeries(range: SeriesRange, times: readonly number[]) {
  const mean = (column: string) => sql`sum(${sql.ref(column)} * live_s) / sum(live_s)`
  const total = (column: string) => sql`sum(${sql.ref(column)} * live_s) / max(live_s)`
  return sql<SeriesPoint>`
    SELECT at_s AS atS, max(live_s) AS liveS,
      ${total('rate_kbps')} AS rateKbps, ${total('rate_min_kbps')} AS rateMinKbps,
      sum(rate_max_kbps) AS rateMaxKbps,
      coalesce(sum(rtt_ms * live_s) / sum(CASE WHEN rtt_ms > 0 THEN live_s END), 0) AS rttMs,
      max(rtt_max_ms) AS rttMaxMs,
      ${mean('loss_percent')} AS lossPercent, max(loss_max_percent) AS lossMaxPercent,
      ${mean('buffer_ms')} AS bufferMs,
      ${total('players')} AS players, sum(players_max) AS playersMax,
      sum(bytes_in) AS bytesIn, sum(bytes_out) AS bytesOut
    FROM ${lookedUp(range, times)} GROUP BY at_s ORDER BY at_s`
}
