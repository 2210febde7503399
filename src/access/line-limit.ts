import type { Clock } from '../lib/clock.ts'

/** Keeps a flood out of the log: so many lines a second, the others are counted. */
export class LineLimit {
  readonly #clock: Clock
  readonly #linesPerSecond: number
  #windowStartMs = Number.NEGATIVE_INFINITY
  #lineCount = 0
  #suppressedCount = 0

  constructor(clock: Clock, linesPerSecond: number) {
    this.#clock = clock
    this.#linesPerSecond = linesPerSecond
  }

  /** Undefined: leave this line out. Otherwise write it, with how many were left out before it. */
  take(): { suppressedCount: number } | undefined {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#windowStartMs >= 1000) {
      this.#windowStartMs = nowMs
      this.#lineCount = 0
    }
    if (this.#lineCount >= this.#linesPerSecond) {
      this.#suppressedCount += 1
      return undefined
    }
    this.#lineCount += 1
    const suppressedCount = this.#suppressedCount
    this.#suppressedCount = 0
    return { suppressedCount }
  }
}
