import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { PLAYER_PARAMETER } from '../stream-ids/examples.ts'
import { unknownStreamId } from '../stream-ids/unknown.ts'

const MESSAGE = 'Play tokens revoked'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const player = parameterOf(request)
    const isKnown = await deps.tokens.revokeAll(player, request.scope)
    if (!isKnown) throw unknownStreamId()
    await writeDown(deps, request, { action: 'token.revoked', subject: player })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const revokeTokens: RouteSpec = {
  method: 'DELETE',
  path: '/api/tokens/*',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Play tokens',
  operationId: 'revokePlayTokens',
  summary: 'Voids all play tokens of a player that were made so far. Who is connected stays.',
  parameter: PLAYER_PARAMETER,
  answers: {
    200: {
      description: 'None of them gets anybody in.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['STREAM_ID_UNKNOWN'],
  handler,
}
