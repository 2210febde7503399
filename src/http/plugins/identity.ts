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

/** The keys of a request, as sent; more than one only of a client that contradicts itself. */
export function givenKeys(request: FastifyRequest): string[] {
  return [bearerKey(request), headerKey(request)].filter(key => key !== undefined)
}

/**
 * Finds out whose request it is, by `Authorization: Bearer` or `X-API-Key`. Two keys that differ are no valid key. It
 * answers nothing: a limit comes first.
 */
export function identify({ keys }: Pick<HttpDeps, 'keys'>): onRequestAsyncHookHandler {
  return async request => {
    const given = givenKeys(request)
    const [rawKey] = given
    if (rawKey === undefined) return
    const apiKey = given.every(key => key === rawKey) ? keys.verify(rawKey) : undefined
    request.keyState = apiKey === undefined ? 'wrong' : 'valid'
    if (apiKey === undefined) return
    request.apiKey = apiKey
    request.scope = apiKey.scope
  }
}
