import type { ServerResponse } from 'node:http'

/** Calls back after a time; what it returns takes the call back. */
export type Schedule = (callback: () => void, delayMs: number) => () => void

const realSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}

/** Answers that are held back. */
export class Delays {
  readonly #schedule: Schedule
  readonly #ends = new Set<() => void>()
  #isOver = false

  constructor(schedule: Schedule = realSchedule) {
    this.#schedule = schedule
  }

  /** Resolves after a time, at once when the client leaves, and at once from the shutdown on. */
  wait(delayMs: number, response: ServerResponse): Promise<void> {
    if (this.#isOver || response.destroyed) return Promise.resolve()
    return new Promise(resolve => {
      const end = () => {
        cancel()
        response.off('close', end)
        this.#ends.delete(end)
        resolve()
      }
      const cancel = this.#schedule(end, delayMs)
      response.once('close', end)
      this.#ends.add(end)
    })
  }

  /** Nobody waits any more. */
  endAll(): void {
    this.#isOver = true
    for (const end of [...this.#ends]) end()
  }
}
