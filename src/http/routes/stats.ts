import type { FastifyRequest } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import type { ReaderIdentity } from '../../streams/baselines.ts'
import { legacyStats, modernStats } from '../../streams/stats.ts'
import type { HttpDeps } from '../deps.ts'
import { sendJson } from '../json.ts'
import { parameterOf, queryValue } from '../request-path.ts'
import type { RouteHandler, RouteSpec } from '../route-spec.ts'
import { Stats, StatsQuery } from '../schemas/stats.ts'

const OFFLINE = 'Publisher is currently not streaming'

function readerOf(request: FastifyRequest): ReaderIdentity {
  const { authorization = '', 'user-agent': userAgent = '' } = request.headers
  return {
    address: request.clientAddress,
    userAgent,
    authorization,
    client: queryValue(request, 'client') ?? '',
  }
}

function handler({ streamIds, streams, baselines, clock }: HttpDeps): RouteHandler {
  return (request, reply) => {
    const streamKey = streamIds.hasPlayer(parameterOf(request))
    if (streamKey === undefined) throw new AppError('PLAYER_UNKNOWN', 'Invalid player key')
    const isLegacy = queryValue(request, 'legacy') === '1'
    const sample = streams.publisher(streamKey)
    if (sample === undefined) {
      return sendJson(reply, 200, { message: OFFLINE, ...(isLegacy ? { publishers: {} } : {}), status: 'ok' })
    }
    const reader = readerOf(request)
    const view = { sample, baseline: baselines.get(reader, sample), nowMs: clock.nowMs() }
    // The answer still covers the interval that ends here.
    if (queryValue(request, 'reset') !== undefined) baselines.move(reader, sample)
    const body = isLegacy ? { publishers: { live: legacyStats(view) } } : { publisher: modernStats(view) }
    return sendJson(reply, 200, { ...body, status: 'ok' })
  }
}

export const stats: RouteSpec = {
  method: 'GET',
  path: '/stats/*',
  access: 'public',
  scoped: 'public',
  limit: 'stats',
  tag: 'Statistics',
  operationId: 'getStats',
  summary: "Statistics of the publisher behind a player's stream ID, as NOALBS reads them.",
  parameter: { name: 'player', description: "A player's stream ID.", example: 'live_1' },
  query: StatsQuery,
  answers: {
    200: {
      description: 'The statistics, or a message that nobody publishes.',
      schema: Stats,
      example: {
        publisher: { bitrate: 3021, buffer: 956, dropped_pkts: 0, latency: 1000, rtt: 12.4, uptime: 4711 },
        status: 'ok',
      },
    },
  },
  errors: ['PLAYER_UNKNOWN', 'ENGINE_STOPPED'],
  handler,
}
