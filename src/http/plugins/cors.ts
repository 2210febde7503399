import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { HttpDeps } from '../deps.ts'
import type { HeaderSetter } from './security-headers.ts'

const PREFLIGHT_MAX_AGE_S = 7200

const ALLOWED = {
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization, X-API-Key, X-Request-Id',
  'access-control-expose-headers': 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id',
}

/** The origin that a browser is told; undefined: the page has no access. */
function allowedOrigin(origins: readonly string[], { headers }: FastifyRequest): string | undefined {
  if (origins.includes('*')) return '*'
  // One alone needs no question, and clients of the first release find it on every answer.
  if (origins.length === 1) return origins[0]
  return origins.find(origin => origin === headers.origin)
}

/** Adds the headers of cors_header (Fetch Standard, "CORS protocol"). */
export function corsHeaders({ settings }: Pick<HttpDeps, 'settings'>): HeaderSetter {
  return (request, reply) => {
    const { corsOrigins } = settings()
    const origin = allowedOrigin(corsOrigins, request)
    // A cache must not hand the answer for one origin, or for none, to another.
    if (origin !== '*' && corsOrigins.length > 0) reply.header('vary', 'Origin')
    if (origin !== undefined) reply.headers({ 'access-control-allow-origin': origin, ...ALLOWED })
  }
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  if (reply.hasHeader('access-control-allow-origin')) {
    reply.header('access-control-max-age', PREFLIGHT_MAX_AGE_S)
  }
  return reply.code(204).send()
}

export default fp<Pick<HttpDeps, 'settings'>>(async (app, deps) => {
  const addHeaders = corsHeaders(deps)
  app.addHook('onRequest', async (request, reply) => {
    addHeaders(request, reply)
    if (request.method === 'OPTIONS') return answerPreflight(reply)
  })
})
