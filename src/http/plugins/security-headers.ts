import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { decodedPath } from '../request-path.ts'

/** 180 days: long enough to count, short enough to be undone. */
const HSTS = 'max-age=15552000'

const FIXED = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** For answers without a request, too. */
export function fixedHeaders(isTls: boolean): Readonly<Record<string, string>> {
  return isTls ? { ...FIXED, 'strict-transport-security': HSTS } : FIXED
}

/** What the answers below these paths say is true for a moment, and for one key. */
const isNeverStored = (path: string) => /^\/(api|metrics)(\/|$)/.test(path)

export type HeaderSetter = (request: FastifyRequest, reply: FastifyReply) => void

export function securityHeaders({ tls }: { tls?: object }): HeaderSetter {
  const headers = fixedHeaders(tls !== undefined)
  return (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id)
    if (isNeverStored(decodedPath(request.url))) reply.header('cache-control', 'no-store')
  }
}

export default fp<{ tls?: object }>(async (app, deps) => {
  const addHeaders = securityHeaders(deps)
  app.addHook('onRequest', async (request, reply) => addHeaders(request, reply))
})
