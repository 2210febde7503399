import type { FastifyRequest } from 'fastify'
import { EVENT_TYPES } from '../../../events/catalogue.ts'
import { eventJson } from '../../../events/event-json.ts'
import type { HttpDeps } from '../../deps.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { successPage } from '../../schemas/common.ts'
import { EventSchema, EventsQuery } from '../../schemas/events.ts'
import { readQuery } from '../../validate.ts'
import { listEvents } from './list.ts'
import { eventSubscription } from './subscribe.ts'

const STREAM = 'text/event-stream'

/** Whoever asks for a stream by name gets one; a browser's page or a script with Accept: *\/* gets a list. */
function wantsStream({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .some(part => {
      const [type, ...parameters] = part.split(';').map(text => text.trim())
      return type === STREAM && !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter))
    })
}

function handler(deps: HttpDeps): RouteHandler {
  const [list, subscribe] = [listEvents(deps), eventSubscription(deps)]
  return async (request, reply) => {
    const query = readQuery(EventsQuery, request.query)
    if (!wantsStream(request)) return list(request, reply, query)
    // A stream without a body would have no end.
    if (request.method === 'HEAD') return reply.code(200).header('content-type', STREAM).send()
    return subscribe(request, reply, query)
  }
}

const EXAMPLE = eventJson({
  id: 12,
  type: 'publish',
  atMs: Date.UTC(2026, 10, 21, 9),
  player: null,
  players: ['live_1'],
  sessionId: 5,
  data: EVENT_TYPES.publish.example,
})

export const readEvents: RouteSpec = {
  method: 'GET',
  path: '/api/events',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Events',
  operationId: 'readEvents',
  summary:
    'What happened. With `Accept: text/event-stream` a stream of server-sent events, those after `Last-Event-ID` first; ' +
    'otherwise a page of stored events, newest first. A page may have fewer events than its limit, and another after it.',
  query: EventsQuery,
  answers: {
    200: {
      description: 'A page of events, or the stream.',
      schema: successPage(EventSchema),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
      mediaType: STREAM,
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
