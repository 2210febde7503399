import type { Scope } from '../../../access/scope.ts'
import type { ConnectionStats } from '../../../engine/contract.ts'
import { AppError } from '../../../lib/errors.ts'
import { splitPeer } from '../../../lib/peer-address.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { mayKnowPublisher } from '../visibility.ts'

const MESSAGE = 'Publisher disconnected successfully'

/** By the publisher's own stream ID, or by one of its players'; of those that the key may know. */
function publisherOf(
  { streams, streamIds }: Pick<HttpDeps, 'streams' | 'streamIds'>,
  scope: Scope | null,
  id: string,
): ConnectionStats | undefined {
  const streamKeys = [id, streamIds.hasPlayer(id)].filter(key => key !== undefined)
  const known = streamKeys.filter(key => mayKnowPublisher(streamIds, scope, key))
  return known.map(key => streams.publisher(key)).find(publisher => publisher !== undefined)
}

function handler(deps: HttpDeps): RouteHandler {
  const { streamIds } = deps
  return async (request, reply) => {
    const publisher = publisherOf(deps, request.scope, parameterOf(request))
    if (publisher === undefined || !streamIds.kick(publisher.connectionId)) {
      throw new AppError('SESSION_UNKNOWN', 'Publisher not found or not currently streaming')
    }
    const { connectionId, streamKey, peer } = publisher
    const details = { players: streamIds.playersOf(streamKey), address: splitPeer(peer).ip }
    await writeDown(deps, request, {
      action: 'publisher.disconnected',
      subject: String(connectionId),
      details,
    })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const disconnect: RouteSpec = {
  method: 'DELETE',
  path: '/api/disconnect/*',
  access: 'write',
  scoped: 'own',
  denial: 'Admin or write permissions required',
  limit: 'api',
  tag: 'Sessions',
  operationId: 'disconnectPublisher',
  summary: "Ends the publisher's session of a stream. Nothing keeps it from coming back.",
  parameter: { name: 'id', description: "A publisher's or a player's stream ID.", example: 'live_1' },
  answers: {
    200: {
      description: 'It is being closed.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['SESSION_UNKNOWN', 'ENGINE_STOPPED'],
  handler,
}
