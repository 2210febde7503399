import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Events, StoredEvent } from '../store/events.ts'
import type { EventFeed, EventSink } from '../webhooks/feed.ts'

/** SEAM: stands where EventHub will stand; the same interfaces over the table of events, and no more. */
export async function interimFeed(
  events: Events,
  log: Pick<Logger, 'error'>,
): Promise<EventFeed & EventSink> {
  const listeners = new Set<(events: readonly StoredEvent[]) => void>()
  let lastId = await events.lastId()
  return {
    after: (id, limit) => events.after(id, limit),
    lastId: () => lastId,
    onStored(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit(event) {
      events.append([event]).then(
        stored => {
          lastId = stored.at(-1)?.id ?? lastId
          for (const listener of listeners) listener(stored)
        },
        (error: unknown) => log.error({ reason: messageOf(error) }, 'an event was lost'),
      )
    },
  }
}
