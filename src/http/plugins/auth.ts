import type { onRequestAsyncHookHandler } from 'fastify'
import { allows, type Permission } from '../../access/api-keys.ts'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps } from '../deps.ts'

const SCHEME = 'Bearer '

/** What the owner of a key that isn't allowed enough is told. Every key may read. */
const DENIED: Record<Permission, string> = {
  read: 'Insufficient permissions',
  write: 'Insufficient permissions',
  admin: 'Admin permissions required',
}

/** Asks for an API key that is allowed `need`. The rest of the header is the key, untrimmed, as ever. */
export function requireKey({ keys }: HttpDeps, need: Permission): onRequestAsyncHookHandler {
  return async request => {
    const { authorization } = request.headers
    if (!authorization?.startsWith(SCHEME)) {
      throw new AppError('API_KEY_MISSING', 'Missing or invalid Authorization header')
    }
    const apiKey = keys.verify(authorization.slice(SCHEME.length))
    if (apiKey === undefined) throw new AppError('API_KEY_INVALID', 'Invalid API key')
    request.apiKey = apiKey
    if (!allows(apiKey.permissions, need)) throw new AppError('PERMISSION_DENIED', DENIED[need])
  }
}
