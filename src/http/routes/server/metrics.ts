import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { queryValue } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'

const SCHEME = 'Bearer '

const MetricsQuery = Type.Object({
  token: Type.Optional(
    Type.String({ description: '`metrics_token`, for scrapers that cannot send a header.' }),
  ),
})

const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()

/** In the same time whatever the texts and their lengths are. */
const isEqual = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))

function givenToken(request: FastifyRequest): string {
  const { authorization } = request.headers
  return authorization?.startsWith(SCHEME)
    ? authorization.slice(SCHEME.length)
    : (queryValue(request, 'token') ?? '')
}

function handler({ settings, metrics }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { metricsToken } = settings()
    if (metricsToken === '') throw new AppError('METRICS_OFF', 'Not found')
    if (!isEqual(givenToken(request), metricsToken)) {
      throw new AppError('METRICS_TOKEN_INVALID', 'Missing or invalid metrics token')
    }
    return reply
      .code(200)
      .header('content-type', metrics.contentType)
      .send(await metrics.render())
  }
}

export const metrics: RouteSpec = {
  method: 'GET',
  path: '/metrics',
  access: 'public',
  scoped: 'public',
  limit: 'stats',
  tag: 'Server',
  operationId: 'getMetrics',
  summary: 'Metrics for Prometheus; asks for `metrics_token` instead of a key, and is off until that is set.',
  query: MetricsQuery,
  answers: {
    200: {
      description: 'Text exposition format 0.0.4.',
      mediaType: 'text/plain',
      example:
        '# HELP sls_publishers Publishers that are connected.\n# TYPE sls_publishers gauge\nsls_publishers 3\n',
    },
  },
  errors: ['METRICS_OFF', 'METRICS_TOKEN_INVALID'],
  handler,
}
