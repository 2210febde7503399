import type { StoredEvent } from '../store/events.ts'

/** So that the oldest needn't be cut off with every event. */
const SLACK = 500

/** The newest events in memory: who follows them asks no database. */
export class RecentEvents {
  readonly #capacity: number
  /** Without a gap between their ids. */
  #events: StoredEvent[] = []
  #lastId: number

  constructor(capacity: number, lastId: number) {
    this.#capacity = capacity
    this.#lastId = lastId
  }

  /** Of the newest that was stored. */
  get lastId(): number {
    return this.#lastId
  }

  add(events: readonly StoredEvent[]): void {
    for (const event of events) {
      // Somebody else has written between them: what is here would be taken for everything there is.
      if (event.id !== this.#lastId + 1) this.#events = []
      this.#events.push(event)
      this.#lastId = event.id
    }
    if (this.#events.length > this.#capacity + SLACK) this.#events = this.#events.slice(-this.#capacity)
  }

  /** Those with a higher id, oldest first; undefined: not all of them are here. */
  after(id: number, limit: number): readonly StoredEvent[] | undefined {
    if (id >= this.#lastId) return []
    const firstId = this.#events[0]?.id
    if (firstId === undefined || id < firstId - 1) return undefined
    const start = id - firstId + 1
    return this.#events.slice(start, start + limit)
  }
}
