import type { Static } from 'typebox'
import type { Scope } from '../../../access/scope.ts'
import { streamIdProblem } from '../../../access/stream-id-rules.ts'
import type { Clock } from '../../../lib/clock.ts'
import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { ApiKeyBody, NewKey, readApiKeyBody } from '../../schemas/keys.ts'
import { keyView } from '../../views/key.ts'
import { msOfIso } from '../../views/times.ts'
import { writeDown } from '../audit-trail.ts'
import { NEW_KEY_EXAMPLE, SAVE_IT } from './examples.ts'

type Body = Static<typeof ApiKeyBody>

function invalid(where: string, what: string): AppError {
  return new AppError('BODY_INVALID', `Invalid field: ${where} ${what}`, { problems: [{ where, what }] })
}

function expiryOf({ expires_at: at, expires_in: inS }: Body, { nowMs }: Pick<Clock, 'nowMs'>): number | null {
  const isAt = at !== undefined && at !== null
  const isIn = inS !== undefined && inS !== null
  if (isAt && isIn) throw invalid('expires_in', 'cannot be combined with expires_at')
  if (isIn) return nowMs() + inS * 1000
  if (!isAt) return null
  const atMs = msOfIso(at)
  if (atMs === undefined || atMs <= nowMs()) throw invalid('expires_at', 'must be a time in the future')
  return atMs
}

function scopeOf({ scope }: Body): Scope | null {
  if (scope === undefined || scope === null) return null
  const isPrefix = 'prefix' in scope
  const ids = isPrefix ? [scope.prefix] : scope.players
  if (ids.length === 0) throw invalid('scope.players', 'must have at least one player')
  for (const id of ids) {
    const problem = streamIdProblem(id)
    if (problem !== undefined) throw invalid(isPrefix ? 'scope.prefix' : 'scope.players', problem)
  }
  return isPrefix ? { prefix: scope.prefix } : { players: [...new Set(ids)] }
}

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const body = readApiKeyBody(request.body)
    const { name = 'New API Key', permissions = 'read', rate_limit: rateLimitPerMinute = null } = body
    const expiresAtMs = expiryOf(body, { nowMs: () => deps.clock.nowMs() })
    const wish = { name, permissions, scope: scopeOf(body), expiresAtMs, rateLimitPerMinute }
    const { key, details } = await deps.keys.create(wish)
    const data = keyView(details)
    const { scope, expires_at, rate_limit } = data
    await writeDown(deps, request, {
      action: 'key.created',
      subject: String(details.id),
      details: { name, permissions, scope, expires_at, rate_limit },
      event: { type: 'key.created', data: { key_id: details.id, name, permissions } },
    })
    return sendJson(reply, 200, { api_key: key, data, message: SAVE_IT, status: 'success' })
  }
}

export const createKey: RouteSpec = {
  method: 'POST',
  path: '/api/keys',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'API keys',
  operationId: 'createKey',
  summary: 'Makes an API key; it works at once.',
  body: ApiKeyBody,
  bodyExample: { name: 'Studio', permissions: 'write', scope: { prefix: 'team_' } },
  answers: {
    200: {
      description: 'The key, and what is kept of it.',
      schema: NewKey,
      example: NEW_KEY_EXAMPLE,
    },
  },
  errors: ['BODY_INVALID'],
  handler,
}
