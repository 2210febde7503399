import { setImmediate as breathe } from 'node:timers/promises'
import type { Schedule } from '../../src/webhooks/waiting.ts'
import type { TestClock } from './memory.ts'

interface Due {
  atMs: number
  callback: () => void
}

/** Timers of a clock that stands still until it is moved. */
export class ManualSchedule {
  readonly #clock: TestClock
  readonly #due = new Set<Due>()

  constructor(clock: TestClock) {
    this.#clock = clock
  }

  readonly schedule: Schedule = (callback, delayMs) => {
    const due = { atMs: this.#clock.monotonicMs() + delayMs, callback }
    this.#due.add(due)
    return () => this.#due.delete(due)
  }

  /** Of the timers that run, in milliseconds from now, the next first. */
  get waits(): number[] {
    return [...this.#due].map(({ atMs }) => atMs - this.#clock.monotonicMs()).sort((a, b) => a - b)
  }

  /** Moves the clock from timer to timer, and lets each do what it does. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#clock.monotonicMs() + ms
    for (;;) {
      const next = [...this.#due].sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > endMs) break
      this.#clock.advance(next.atMs - this.#clock.monotonicMs())
      this.#due.delete(next)
      next.callback()
      await settle()
    }
    this.#clock.advance(endMs - this.#clock.monotonicMs())
    await settle()
  }
}

/** What waits for nothing but promises and the database in memory is done then. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await breathe()
}
