import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { PLAYER_PARAMETER } from './examples.ts'
import { unknownStreamId } from './unknown.ts'

const MESSAGE = 'Stream ID deleted successfully'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const player = parameterOf(request)
    const isRemoved = await deps.streamIds.remove(player, request.scope)
    if (!isRemoved) throw unknownStreamId()
    await writeDown(deps, request, {
      ...{ action: 'stream-id.removed', subject: player },
      event: { type: 'stream_id.deleted', player },
    })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const removeStreamId: RouteSpec = {
  method: 'DELETE',
  path: '/api/stream-ids/*',
  access: 'admin',
  scoped: 'own',
  limit: 'api',
  tag: 'Stream IDs',
  operationId: 'removeStreamId',
  summary: "Removes the pair of a player's stream ID and ends the sessions that lose their right.",
  parameter: PLAYER_PARAMETER,
  answers: {
    200: {
      description: 'It is gone.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['STREAM_ID_UNKNOWN'],
  handler,
}
