import type { NewEvent } from '../store/events.ts'

/** Events that wait to be stored, the oldest first. */
export class WaitingEvents {
  readonly #capacity: number
  #events: NewEvent[] = []

  /** `capacity`: at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#events.length
  }

  /** Takes one in at the end. Returns how many had to be left out for it: 0 or 1. */
  push(event: NewEvent): number {
    this.#events.push(event)
    return this.#trim()
  }

  /** The oldest, taken out. */
  take(count: number): NewEvent[] {
    return this.#events.splice(0, count)
  }

  /** Puts back what take() has given. Returns how many had to be left out. */
  putBack(events: readonly NewEvent[]): number {
    this.#events = [...events, ...this.#events]
    return this.#trim()
  }

  /** Strangers can make any number of refusals, so they go first. */
  #trim(): number {
    let lostCount = 0
    for (; this.#events.length > this.#capacity; lostCount++) {
      const refused = this.#events.findIndex(({ type }) => type === 'refused')
      this.#events.splice(Math.max(0, refused), 1)
    }
    return lostCount
  }
}
