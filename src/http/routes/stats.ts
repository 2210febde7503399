import type { FastifyRequest } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import type { ReaderIdentity } from '../../streams/baselines.ts'
import { legacyStats, modernStats } from '../../streams/stats.ts'
import type { HttpDeps } from '../deps.ts'
import { sendJson } from '../json.ts'
import { queryValue, wildcardOf } from '../request-path.ts'
import type { RouteHandler } from '../route-spec.ts'

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

export function stats({ streamIds, streams, baselines, clock }: HttpDeps): RouteHandler {
  return (request, reply) => {
    const streamKey = streamIds.hasPlayer(wildcardOf(request))
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
