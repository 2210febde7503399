import { eventJson } from '../../../events/event-json.ts'
import type { StoredEvent } from '../../../events/hub.ts'
import { toJson } from '../../json.ts'

const RETRY_MS = 3000

// Everybody gets the same text of an event that isn't cut for them.
const texts = new WeakMap<StoredEvent, string>()

/** One event of a text/event-stream (HTML Standard, "Server-sent events"). JSON has no bare line ends. */
export function frameOf(event: StoredEvent): string {
  const known = texts.get(event)
  if (known !== undefined) return known
  const text = `id: ${event.id}\nevent: ${event.type}\ndata: ${toJson(eventJson(event))}\n\n`
  texts.set(event, text)
  return text
}

/** An id without an event: whoever comes back tells it, though none of the events up to it was for them. */
export const idFrame = (id: number) => `id: ${id}\n\n`

export const greeting = () => `retry: ${RETRY_MS}\n\n`

export const HEARTBEAT = ': heartbeat\n\n'

/** Events after an id are gone: they were too old, or too many. */
export const gapFrame = (afterId: number) => `event: gap\ndata: ${toJson({ after: afterId })}\n\n`
