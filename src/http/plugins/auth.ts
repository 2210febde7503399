import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { allows, type Permission } from '../../access/api-keys.ts'
import { LineLimit } from '../../access/line-limit.ts'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps } from '../deps.ts'
import type { RouteHandler, RouteSpec } from '../route-spec.ts'
import type { SlowDown } from './slow-down.ts'

/** What the owner of a key that isn't allowed enough is told. Every key may read. */
const DENIED: Record<Permission, string> = {
  read: 'Insufficient permissions',
  write: 'Insufficient permissions',
  admin: 'Admin permissions required',
}

const SCOPE_SENTENCE = 'This key is bound to some players and may not do this'

type Denial = {
  code: 'API_KEY_MISSING' | 'API_KEY_INVALID' | 'PERMISSION_DENIED' | 'SCOPE_DENIED'
  sentence: string
}

/** Why the request may not do it; undefined: it may. */
function denialOf({ access, scoped, denial }: RouteSpec, request: FastifyRequest): Denial | undefined {
  const { apiKey, keyState } = request
  if (access === 'public') return undefined
  if (keyState === 'missing') {
    return { code: 'API_KEY_MISSING', sentence: 'Missing or invalid Authorization header' }
  }
  if (apiKey === null) return { code: 'API_KEY_INVALID', sentence: 'Invalid API key' }
  if (!allows(apiKey.permissions, access)) {
    return { code: 'PERMISSION_DENIED', sentence: denial ?? DENIED[access] }
  }
  if (apiKey.scope !== null && scoped === 'denied') return { code: 'SCOPE_DENIED', sentence: SCOPE_SENTENCE }
  return undefined
}

const LINES_PER_SECOND = 1

export interface Guard {
  /** Asks for a key that may do what a route does, as far as `authz` says. */
  check(spec: RouteSpec): onRequestAsyncHookHandler
  /** `authz log`: a handler that refuses because of the key's scope is asked again without it. */
  unbound(spec: RouteSpec, handle: RouteHandler): RouteHandler
}

export function guard({ settings, clock, log }: HttpDeps, slowDown: SlowDown): Guard {
  const lines = new LineLimit(clock, LINES_PER_SECOND)
  const letThrough = (request: FastifyRequest, code: Denial['code']) => {
    request.wouldDeny = code
    const line = lines.take()
    if (line === undefined) return
    const { method, id: reqId, apiKey } = request
    const route = request.routeOptions.config.spec?.path
    const fields = { reqId, method, route, code, apiKeyName: apiKey?.name, ...line }
    log.warn(fields, 'authz log: a request was let through that would be denied')
  }
  return {
    check: spec => async (request, reply) => {
      const { authz } = settings()
      if (authz === 'off') request.scope = null
      const denial = authz === 'off' ? undefined : denialOf(spec, request)
      if (denial === undefined) return
      if (authz === 'log') return letThrough(request, denial.code)
      if (denial.code === 'API_KEY_INVALID') await slowDown(request, reply)
      throw new AppError(denial.code, denial.sentence)
    },
    unbound: (spec, handle) => {
      if (spec.scoped !== 'own') return handle
      return async (request, reply) => {
        try {
          return await handle(request, reply)
        } catch (error) {
          const isScope = error instanceof AppError && error.code === 'SCOPE_DENIED'
          if (!isScope || settings().authz !== 'log') throw error
          letThrough(request, 'SCOPE_DENIED')
          request.scope = null
          return await handle(request, reply)
        }
      }
    },
  }
}
