import type { NewEvent, StoredEvent } from '../store/events.ts'

/** The stored events, as webhooks need them. */
export interface EventFeed {
  /** Those with a higher id, oldest first. Throws STORE_UNAVAILABLE. */
  after(id: number, limit: number): Promise<readonly StoredEvent[]>
  /** Of the newest that is stored, or was. */
  lastId(): number
  /** After each batch has been stored; returns the unsubscription. */
  onStored(listener: (events: readonly StoredEvent[]) => void): () => void
}

export interface EventSink {
  /** Never throws, never waits. */
  emit(event: NewEvent): void
}
