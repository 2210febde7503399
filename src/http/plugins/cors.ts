import { validateHeaderValue } from 'node:http'
import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type { HttpDeps } from '../deps.ts'

const FIXED = {
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
}

function headersFor(origin: string): Record<string, string> {
  if (origin === '') return {}
  validateHeaderValue('access-control-allow-origin', origin)
  const vary: Record<string, string> = origin === '*' ? {} : { vary: 'Origin' }
  return { 'access-control-allow-origin': origin, ...FIXED, ...vary }
}

/** Adds the headers of cors_header. A value that can't be sent is reported once, and no page gets access. */
export function corsHeaders({ settings, log }: HttpDeps): (reply: FastifyReply) => void {
  let known: string | undefined
  let headers: Record<string, string> = {}
  return reply => {
    const { corsOrigin } = settings()
    if (corsOrigin !== known) {
      known = corsOrigin
      try {
        headers = headersFor(corsOrigin)
      } catch (error) {
        log.error(
          { err: error },
          'cors_header cannot be sent as a header: no CORS headers until it is mended',
        )
        headers = {}
      }
    }
    reply.headers(headers)
  }
}

export default fp<HttpDeps>(async (app, deps) => {
  const addHeaders = corsHeaders(deps)
  app.addHook('onRequest', async (request, reply) => {
    addHeaders(reply)
    if (request.method === 'OPTIONS') return reply.code(204).send()
  })
})
