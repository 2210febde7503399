import type { NewEvent } from '../store/events.ts'

/** Where events go. Never throws, never waits. */
export interface EventSink {
  emit(event: NewEvent): void
}
