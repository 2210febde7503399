import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

const INTERVAL_MS = 60_000

/** One line a minute about a database that fails, and one when it works again. */
export class Complaints {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #log: Pick<Logger, 'error' | 'info'>
  #lastMs = Number.NEGATIVE_INFINITY
  #failedCount = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>, log: Pick<Logger, 'error' | 'info'>) {
    this.#clock = clock
    this.#log = log
  }

  /** What can't be done has been lost. */
  failed(what: string, error: unknown): void {
    this.#failedCount += 1
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lastMs < INTERVAL_MS) return
    this.#lastMs = nowMs
    this.#log.error({ err: error, failures: this.#failedCount }, `${what}: ${messageOf(error)}`)
  }

  worked(): void {
    if (this.#failedCount === 0) return
    this.#log.info({ failures: this.#failedCount }, 'analytics are written again')
    this.#failedCount = 0
    this.#lastMs = Number.NEGATIVE_INFINITY
  }
}
