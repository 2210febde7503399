import { AppError } from '../../../lib/errors.ts'
import type { NewStreamId } from '../../../store/stream-ids.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { readStreamIdBody, StreamIdBody } from '../../schemas/stream-ids.ts'
import { settingsOf } from '../../views/stream-id.ts'
import { writeDown } from '../audit-trail.ts'
import { shownChange } from './shown-change.ts'

const MESSAGE = 'Stream ID added successfully'

/** The sentence is part of the API, so it is made here. */
function inWords(error: unknown, { player }: NewStreamId): unknown {
  if (!(error instanceof AppError) || error.code !== 'STREAM_ID_EXISTS') return error
  return new AppError('STREAM_ID_EXISTS', `Stream ID with player '${player}' already exists`, {
    cause: error,
  })
}

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const body = readStreamIdBody(request.body)
    const { publisher, player, description } = body
    const text = typeof description === 'string' ? { description } : {}
    const row: NewStreamId = { publisher, player, ...text, ...settingsOf(body) }
    await deps.streamIds.add(row, request.scope).catch(error => Promise.reject(inWords(error, row)))
    const details = shownChange(body)
    await writeDown(deps, request, {
      ...{ action: 'stream-id.added', subject: player, details },
      event: { type: 'stream_id.created', player },
    })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const addStreamId: RouteSpec = {
  method: 'POST',
  path: '/api/stream-ids',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Stream IDs',
  operationId: 'addStreamId',
  summary: 'Adds a pair; both IDs can be used at once. A publisher may have several players.',
  body: StreamIdBody,
  bodyExample: { publisher: 'studio_1', player: 'live_1', description: 'Main', max_players: 50 },
  answers: {
    200: {
      description: 'It is in force.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'STREAM_ID_EXISTS'],
  handler,
}
