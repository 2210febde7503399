import { setTimeout as sleep } from 'node:timers/promises'
import type { MeasuredStreams } from '../store/measured-streams.ts'
import type { PastSessions } from '../store/past-sessions.ts'
import type { Samples, StepS } from '../store/samples.ts'

const HOUR_S = 3600
const DAY_S = 86_400
const MOST_SESSIONS = 1_000_000
/** A few milliseconds' work; then everybody else has a turn. */
const ROWS_AT_ONCE = 1000
const PAUSE_MS = 20

/** How long the rows of a step are kept; undefined: for analytics_retention_days. */
const KEPT_S: Readonly<Record<StepS, number | undefined>> = {
  10: 26 * HOUR_S,
  60: 26 * HOUR_S,
  600: 8 * DAY_S,
  3600: undefined,
}

export interface RetentionOptions {
  samples: Pick<Samples, 'prune'>
  sessions: Pick<PastSessions, 'prune'>
  streams: Pick<MeasuredStreams, 'prune'>
  retentionDays: () => number
  /** Default 1 000 000. */
  mostSessions?: number
}

/** Deletes what is too old, a little at a time. */
export class Retention {
  readonly #options: RetentionOptions
  #isStopped = false

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  /** The run that is under way ends with the statement it is at. */
  stop(): void {
    this.#isStopped = true
  }

  /** `nowMs` is Unix time. Resolves to the number of rows that were deleted. Throws STORE_UNAVAILABLE. */
  async run(nowMs: number): Promise<number> {
    const { samples, sessions, streams, retentionDays, mostSessions = MOST_SESSIONS } = this.#options
    const keptS = retentionDays() * DAY_S
    const nowS = Math.floor(nowMs / 1000)
    let count = 0
    for (const stepS of [10, 60, 600, 3600] as const) {
      const beforeS = nowS - Math.min(KEPT_S[stepS] ?? keptS, keptS)
      count += await this.#repeat(() => samples.prune(stepS, beforeS, ROWS_AT_ONCE))
    }
    const beforeMs = nowMs - keptS * 1000
    const old = { beforeMs, mostRows: mostSessions, limit: ROWS_AT_ONCE }
    count += await this.#repeat(() => sessions.prune(old))
    return count + (await this.#repeat(() => streams.prune(beforeMs, ROWS_AT_ONCE)))
  }

  async #repeat(prune: () => Promise<number>): Promise<number> {
    let count = 0
    while (!this.#isStopped) {
      const some = await prune()
      count += some
      if (some < ROWS_AT_ONCE) break
      await sleep(PAUSE_MS, undefined, { ref: false })
    }
    return count
  }
}
