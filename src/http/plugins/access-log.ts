import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { HttpDeps } from '../deps.ts'
import { decodedPath } from '../request-path.ts'

export type AnswerRecorder = (request: FastifyRequest, reply: FastifyReply) => void

/** The route's pattern, because an ID may be a secret, and so that there are few of them. */
function routeOf({ routeOptions }: FastifyRequest): string {
  const { spec, isDocs, isPage } = routeOptions.config
  return spec?.path ?? (isDocs ? '/docs' : isPage ? '/' : 'none')
}

/** Counts every answer, and records those to /api and below, whatever came of them. */
export function answerRecorder({ accessLog, metrics, clock }: HttpDeps): AnswerRecorder {
  return (request, reply) => {
    const { method, apiKey } = request
    const { statusCode } = reply
    metrics.observeRequest({ method, route: routeOf(request), statusCode, durationMs: reply.elapsedTime })
    const endpoint = decodedPath(request.url)
    if (endpoint !== '/api' && !endpoint.startsWith('/api/')) return
    accessLog.record({
      apiKeyId: apiKey?.id ?? null,
      apiKeyName: apiKey?.name ?? null,
      endpoint,
      method,
      ipAddress: request.clientAddress,
      responseCode: statusCode,
      atMs: clock.nowMs(),
      requestId: request.id,
      wouldDeny: request.wouldDeny,
    })
  }
}

export default fp<HttpDeps>(async (app, deps) => {
  const record = answerRecorder(deps)
  // Not onResponse: it doesn't come when the client has left, and the deed is done all the same.
  app.addHook('onSend', async (request, reply) => record(request, reply))
  app.addHook('onResponse', async (request, reply) => {
    const { method, id: reqId } = request
    const { statusCode, elapsedTime: ms } = reply
    deps.log.debug({ reqId, method, route: routeOf(request), statusCode, ms }, 'request')
  })
})
