import type { Logger } from '../lib/logger.ts'

const INTERVAL_MS = 60_000

/** Counts events that are lost, and says so at once and then once a minute. */
export class LossReport {
  readonly #log: Pick<Logger, 'warn'>
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log
  }

  add(count: number): void {
    if (count === 0) return
    this.#count += count
    if (this.#timer !== undefined) return
    this.#report()
    this.#timer = setTimeout(() => this.#afterInterval(), INTERVAL_MS).unref()
  }

  /** Says what has not been said yet. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#report()
  }

  #afterInterval(): void {
    this.#timer = undefined
    if (this.#count === 0) return
    this.#report()
    this.#timer = setTimeout(() => this.#afterInterval(), INTERVAL_MS).unref()
  }

  #report(): void {
    if (this.#count > 0)
      this.#log.warn({ count: this.#count }, 'events were lost: too many wait to be stored')
    this.#count = 0
  }
}
