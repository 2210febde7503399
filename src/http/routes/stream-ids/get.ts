import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { StreamIdDetail } from '../../schemas/stream-ids.ts'
import { liveCounts, streamIdDetail } from '../../views/stream-id.ts'
import { DETAIL_EXAMPLE, PLAYER_PARAMETER } from './examples.ts'
import { unknownStreamId } from './unknown.ts'

function handler({ streamIds, streams }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const player = parameterOf(request)
    const row = await streamIds.get(player, request.scope)
    if (row === undefined) throw unknownStreamId()
    const live = liveCounts(streams.connections())
    const data = streamIdDetail(row, streamIds.hasPlayer(player) ?? '', live)
    return sendJson(reply, 200, { data, status: 'success' })
  }
}

export const getStreamId: RouteSpec = {
  method: 'GET',
  path: '/api/stream-ids/*',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Stream IDs',
  operationId: 'getStreamId',
  summary: 'One pair with its settings.',
  parameter: PLAYER_PARAMETER,
  answers: {
    200: {
      description: 'The pair.',
      schema: success(StreamIdDetail),
      example: { data: DETAIL_EXAMPLE, status: 'success' },
    },
  },
  errors: ['STREAM_ID_UNKNOWN', 'ENGINE_STOPPED'],
  handler,
}
