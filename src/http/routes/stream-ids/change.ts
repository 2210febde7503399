import type { StreamIdPatch } from '../../../store/stream-ids.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { StreamIdDetail, StreamIdPatchBody } from '../../schemas/stream-ids.ts'
import { readBody } from '../../validate.ts'
import { liveCounts, settingsOf, streamIdDetail } from '../../views/stream-id.ts'
import { writeDown } from '../audit-trail.ts'
import { DETAIL_EXAMPLE, PLAYER_PARAMETER } from './examples.ts'
import { shownChange } from './shown-change.ts'
import { unknownStreamId } from './unknown.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const player = parameterOf(request)
    const body = readBody(StreamIdPatchBody, request.body)
    const { publisher, description } = body
    const patch: StreamIdPatch = {
      ...(publisher === undefined ? {} : { publisher }),
      ...(description === undefined ? {} : { description }),
      ...settingsOf(body),
    }
    const row = await deps.streamIds.update(player, patch, request.scope)
    if (row === undefined) throw unknownStreamId()
    const details = shownChange(body)
    if (Object.keys(details).length > 0) {
      await writeDown(deps, request, {
        ...{ action: 'stream-id.changed', subject: player, details },
        event: { type: 'stream_id.changed', player, data: { fields: Object.keys(details) } },
      })
    }
    const live = liveCounts(deps.streams.connections())
    const data = streamIdDetail(row, deps.streamIds.hasPlayer(player) ?? '', live)
    return sendJson(reply, 200, { data, status: 'success' })
  }
}

export const changeStreamId: RouteSpec = {
  method: 'PATCH',
  path: '/api/stream-ids/*',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Stream IDs',
  operationId: 'changeStreamId',
  summary: 'Changes what the body names and ends the sessions that lose their right by it.',
  parameter: PLAYER_PARAMETER,
  body: StreamIdPatchBody,
  bodyExample: { description: 'Main', max_players: 50, passphrase: null },
  answers: {
    200: {
      description: 'The pair as it is now.',
      schema: success(StreamIdDetail),
      example: { data: { ...DETAIL_EXAMPLE, has_passphrase: false }, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'STREAM_ID_UNKNOWN', 'ENGINE_STOPPED'],
  handler,
}
