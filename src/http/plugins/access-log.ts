import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { HttpDeps } from '../deps.ts'
import { decodedPath } from '../request-path.ts'

export type AccessRecorder = (request: FastifyRequest, responseCode: number) => void

/** Records what goes to /api and below, whatever came of it. */
export function accessRecorder({ accessLog, clock }: HttpDeps): AccessRecorder {
  return (request, responseCode) => {
    const endpoint = decodedPath(request.url)
    if (endpoint !== '/api' && !endpoint.startsWith('/api/')) return
    accessLog.record({
      apiKeyId: request.apiKey?.id ?? null,
      endpoint,
      method: request.method,
      ipAddress: request.clientAddress,
      responseCode,
      atMs: clock.nowMs(),
    })
  }
}

export default fp<HttpDeps>(async (app, deps) => {
  const record = accessRecorder(deps)
  // Not onResponse: it doesn't come when the client has left, and the deed is done all the same.
  app.addHook('onSend', async (request, reply) => {
    record(request, reply.statusCode)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, id: reqId } = request
    // The route's pattern, because an ID may be a secret.
    const route = request.routeOptions.url ?? 'none'
    deps.log.debug({ reqId, method, route, statusCode: reply.statusCode, ms: reply.elapsedTime }, 'request')
  })
})
