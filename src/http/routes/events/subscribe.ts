import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { ownerOf } from '../../addresses.ts'
import type { HttpDeps } from '../../deps.ts'
import { answerRecorder } from '../../plugins/access-log.ts'
import type { EventsQuery } from '../../schemas/events.ts'
import { EventStream } from './event-stream.ts'
import { filterOf } from './filter.ts'
import { gapFrame, greeting, idFrame } from './frame.ts'
import { readerOf } from './reader.ts'

const RETRY_AFTER_S = 15

/** Where a subscriber begins; `isLost`: what it names as its last event is none of ours. */
interface Start {
  afterId: number
  isLost: boolean
}

function startOf(
  request: FastifyRequest,
  { last_event_id }: Static<typeof EventsQuery>,
  lastId: number,
): Start {
  // A browser that comes back sends the header, and the parameter of its first request again.
  const header = request.headers['last-event-id']
  const given = typeof header === 'string' && header !== '' ? header : last_event_id?.toString()
  if (given === undefined) return { afterId: lastId, isLost: false }
  if (!/^\d{1,15}$/.test(given)) return { afterId: 0, isLost: true }
  return { afterId: Math.min(Number(given), lastId), isLost: false }
}

/** Answers with a text/event-stream that goes on until the peer leaves, its key ends or the server stops. */
export function eventSubscription(deps: HttpDeps) {
  const record = answerRecorder(deps)
  return (request: FastifyRequest, reply: FastifyReply, query: Static<typeof EventsQuery>): FastifyReply => {
    const { events, log } = deps
    const { eventStreams } = request.server
    const { limits } = eventStreams
    const response = reply.raw
    const start = startOf(request, query, events.lastId())
    const stream = new EventStream({
      ...{ feed: events, response, filter: filterOf(query), afterId: start.afterId },
      ...{ drainMs: limits.drainMs, farewellMs: limits.farewellMs },
      reader: () => (deps.draining() ? undefined : readerOf(deps, request)),
      onError: error =>
        log.warn({ err: error, reqId: request.id }, 'an event stream ended: no events to be had'),
    })
    const { apiKey, clientAddress } = request
    reply.header('retry-after', RETRY_AFTER_S)
    const remove = eventStreams.add(stream, apiKey === null ? ownerOf(clientAddress) : `key ${apiKey.ref}`)
    reply.removeHeader('retry-after')
    reply.headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
    const unsubscribe = events.onStored(() => stream.wake())
    const timer = setInterval(() => stream.heartbeat(), limits.heartbeatMs).unref()
    response.once('close', () => {
      clearInterval(timer)
      unsubscribe()
      remove()
    })
    reply.hijack()
    response.writeHead(200, Object.fromEntries(headersOf(reply)))
    // Fastify's own hook for that doesn't come.
    record(request, reply)
    response.write(greeting() + (start.isLost ? gapFrame(0) : '') + idFrame(start.afterId))
    stream.wake()
    return reply
  }
}

function headersOf(reply: FastifyReply): [string, string | number | string[]][] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
}
