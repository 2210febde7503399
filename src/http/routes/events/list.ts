import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { eventJson } from '../../../events/event-json.ts'
import type { StoredEvent } from '../../../events/hub.ts'
import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, encodeCursor, type Page } from '../../paging.ts'
import { PAGE_DEFAULT_ROWS } from '../../schemas/common.ts'
import type { EventsQuery } from '../../schemas/events.ts'
import { type EventFilter, filterOf, picked } from './filter.ts'
import { type Reader, readerOf } from './reader.ts'

const ROWS_PER_LOOK = 1000
/** For a filter that fits next to nothing: the page ends there, and its cursor goes on. */
const MOST_LOOKS = 20

interface Look {
  filter: EventFilter
  reader: Reader
  beforeId: number | undefined
  limit: number
}

/** The newest events that are wanted and may be seen. */
async function pageOfEvents(
  { events }: Pick<HttpDeps, 'events'>,
  { filter, reader, beforeId: start, limit }: Look,
): Promise<Page<StoredEvent>> {
  const rows: StoredEvent[] = []
  let beforeId = start
  for (let look = 0; look < MOST_LOOKS; look++) {
    // Mostly everything is wanted, and the first look is enough.
    const size = look === 0 ? limit + 1 : ROWS_PER_LOOK
    const found = await events.before(beforeId, filter.types, size)
    for (const event of found) {
      const shown = picked(event, filter, reader)
      if (shown === undefined) continue
      if (rows.length === limit) return { rows, nextCursor: encodeCursor(rows.at(-1)?.id ?? event.id) }
      rows.push(shown)
    }
    if (found.length < size) return { rows, nextCursor: null }
    beforeId = found.at(-1)?.id
    await nextTurn()
  }
  return { rows, nextCursor: beforeId === undefined ? null : encodeCursor(beforeId) }
}

/** Stored events as JSON, newest first. */
export function listEvents(deps: HttpDeps) {
  return async (request: FastifyRequest, reply: FastifyReply, query: Static<typeof EventsQuery>) => {
    const { limit = PAGE_DEFAULT_ROWS, cursor } = query
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor)
    const reader = readerOf(deps, request)
    if (reader === undefined) throw new AppError('API_KEY_INVALID', 'Invalid API key')
    const { rows, nextCursor } = await pageOfEvents(deps, {
      filter: filterOf(query),
      reader,
      beforeId,
      limit,
    })
    return sendJson(reply, 200, { data: rows.map(eventJson), next_cursor: nextCursor, status: 'success' })
  }
}
