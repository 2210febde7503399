import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { KEY_PARAMETER } from './examples.ts'
import { keyIdOf, unknownKey } from './id.ts'

const MESSAGE = 'API key revoked'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = keyIdOf(parameterOf(request))
    const name = (await deps.keys.list()).find(key => key.id === id)?.name ?? ''
    if (!(await deps.keys.revoke(id))) throw unknownKey()
    await writeDown(deps, request, {
      ...{ action: 'key.revoked', subject: String(id) },
      event: { type: 'key.revoked', data: { key_id: id, name } },
    })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const revokeKey: RouteSpec = {
  method: 'DELETE',
  path: '/api/keys/:id',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'API keys',
  operationId: 'revokeKey',
  summary: 'Revokes an API key at once.',
  parameter: KEY_PARAMETER,
  answers: {
    200: {
      description: 'It opens nothing any more.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'API_KEY_UNKNOWN', 'API_KEY_LAST_ADMIN', 'API_KEY_NOT_STORED'],
  handler,
}
