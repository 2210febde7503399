import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

const INTERVAL_MS = 60_000

interface Failure {
  /** When it was last told; monotonic. */
  toldMs: number
  /** Since it last worked. */
  count: number
  /** Somebody was told, and waits to hear that it is over. */
  isTold: boolean
}

/** One line a minute about each thing that fails, and one when it works again. */
export class Complaints {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #log: Pick<Logger, 'error' | 'info'>
  readonly #failures = new Map<string, Failure>()

  constructor(clock: Pick<Clock, 'monotonicMs'>, log: Pick<Logger, 'error' | 'info'>) {
    this.#clock = clock
    this.#log = log
  }

  /** `what`: one of a few sentences. */
  failed(what: string, error: unknown): void {
    const failure = this.#failures.get(what) ?? { toldMs: Number.NEGATIVE_INFINITY, count: 0, isTold: false }
    this.#failures.set(what, failure)
    failure.count += 1
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - failure.toldMs < INTERVAL_MS) return
    Object.assign(failure, { toldMs: nowMs, isTold: true })
    this.#log.error({ err: error, failures: failure.count }, `${what}: ${messageOf(error)}`)
  }

  worked(what: string): void {
    const failure = this.#failures.get(what)
    if (failure === undefined) return
    if (failure.isTold) this.#log.info({ failures: failure.count }, `no longer: ${what}`)
    Object.assign(failure, { count: 0, isTold: false })
  }
}
