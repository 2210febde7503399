import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { HttpDeps } from '../deps.ts'

const SCHEME = 'Bearer '

/** The rest of the Authorization header is the key, untrimmed, as ever. */
function bearerKey({ headers: { authorization } }: FastifyRequest): string | undefined {
  return authorization?.startsWith(SCHEME) ? authorization.slice(SCHEME.length) : undefined
}

/** An empty X-API-Key is none: pages send one before anybody has typed a key. */
function headerKey({ headers }: FastifyRequest): string | undefined {
  const given = headers['x-api-key']
  return typeof given === 'string' && given !== '' ? given : undefined
}

const givenKeys = (request: FastifyRequest) =>
  [bearerKey(request), headerKey(request)].filter(key => key !== undefined)

/** The key of a request; undefined: it has none, or two that differ, which are no valid key. */
export function rawKeyOf(request: FastifyRequest): string | undefined {
  const [rawKey, ...others] = givenKeys(request)
  return others.every(key => key === rawKey) ? rawKey : undefined
}

/**
 * Finds out whose request it is, by `Authorization: Bearer` or `X-API-Key`. Two keys that differ are no valid key. It
 * answers nothing: a limit comes first.
 */
export function identify({ keys }: Pick<HttpDeps, 'keys'>): onRequestAsyncHookHandler {
  return async request => {
    if (givenKeys(request).length === 0) return
    const rawKey = rawKeyOf(request)
    const apiKey = rawKey === undefined ? undefined : keys.verify(rawKey)
    request.keyState = apiKey === undefined ? 'wrong' : 'valid'
    if (apiKey === undefined) return
    request.apiKey = apiKey
    request.scope = apiKey.scope
  }
}
