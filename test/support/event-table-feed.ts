import { type Events, events, type NewEvent, type StoredEvent } from '../../src/store/events.ts'
import type { Queries } from '../../src/store/queries.ts'
import type { EventFeed, EventSink } from '../../src/webhooks/feed.ts'

/** The table of events, and who listens to it; nothing is buffered. */
export class EventTableFeed implements EventFeed, EventSink {
  readonly table: Events
  /** What was emitted, stored or not. */
  readonly emitted: NewEvent[] = []
  readonly #listeners = new Set<(events: readonly StoredEvent[]) => void>()
  #lastId = 0

  private constructor(table: Events) {
    this.table = table
  }

  static async open(queries: Queries): Promise<EventTableFeed> {
    const feed = new EventTableFeed(events(queries))
    feed.#lastId = await feed.table.lastId()
    return feed
  }

  after(id: number, limit: number): Promise<StoredEvent[]> {
    return this.table.after(id, limit)
  }

  lastId(): number {
    return this.#lastId
  }

  onStored(listener: (events: readonly StoredEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: NewEvent): void {
    this.emitted.push(event)
  }

  /** Stores events, then tells of them. */
  async store(...news: Partial<NewEvent>[]): Promise<StoredEvent[]> {
    const plain = { atMs: 1_769_860_800_000, type: 'publish', player: null, sessionId: null, data: {} }
    const stored = await this.table.append(news.map(each => ({ ...plain, players: ['live_1'], ...each })))
    this.#lastId = stored.at(-1)?.id ?? this.#lastId
    for (const listener of this.#listeners) listener(stored)
    return stored
  }
}
