import { AppError } from '../../../lib/errors.ts'
import { maskId } from '../../../lib/mask.ts'
import { splitPeer } from '../../../lib/peer-address.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { mayKnowSession } from '../visibility.ts'

const MESSAGE = 'Session ended'

function idOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new AppError('PATH_INVALID', 'Invalid path: the id of a session is a whole number')
}

/** The same for a session that has gone and one that the key may not know. */
const unknownSession = () => new AppError('SESSION_UNKNOWN', 'Session not found')

function handler(deps: HttpDeps): RouteHandler {
  const { streams, streamIds } = deps
  return async (request, reply) => {
    const id = idOf(parameterOf(request))
    const session = streams.connections().find(({ connectionId }) => connectionId === id)
    if (session === undefined || !mayKnowSession(streamIds, request.scope, session)) throw unknownSession()
    if (!streamIds.kick(id)) throw unknownSession()
    const { role, streamId, peer } = session
    const details =
      role === 'play'
        ? { role: 'player', player: streamId, address: splitPeer(peer).ip }
        : { role: 'publisher', publisher: maskId(streamId), address: splitPeer(peer).ip }
    await writeDown(deps, request, { action: 'session.ended', subject: String(id), details })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const endSession: RouteSpec = {
  method: 'DELETE',
  path: '/api/sessions/:id',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Sessions',
  operationId: 'endSession',
  summary: 'Ends one session. Nothing keeps the peer from coming back.',
  parameter: { name: 'id', description: 'Of the session.', example: '7' },
  answers: {
    200: {
      description: 'It is being closed.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'SESSION_UNKNOWN', 'ENGINE_STOPPED'],
  handler,
}
