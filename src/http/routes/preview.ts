import type { FastifyRequest } from 'fastify'
import { covers } from '../../access/scope.ts'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps } from '../deps.ts'
import { rawKeyOf } from '../plugins/identity.ts'
import { identityOf } from '../plugins/limits.ts'
import { parameterOf } from '../request-path.ts'
import type { RouteHandler, RouteSpec } from '../route-spec.ts'

const MEDIA_TYPE = 'video/mp2t'
const RETRY_AFTER_S = 5
const OFFLINE = 'Publisher is currently not streaming'

type KeyDeps = Pick<HttpDeps, 'keys' | 'settings'>

/** Whether the key that a request came with may still see a player's stream. */
function keyCheck({ keys, settings }: KeyDeps, request: FastifyRequest, player: string): () => boolean {
  const rawKey = rawKeyOf(request)
  return () => {
    if (settings().authz !== 'on') return true
    const key = rawKey === undefined ? undefined : keys.verify(rawKey)
    return key !== undefined && covers(key.scope, player)
  }
}

function handler(deps: HttpDeps): RouteHandler {
  const { settings, streamIds, streams, previews, draining } = deps
  return async (request, reply) => {
    if (!settings().isPreviewOn) throw new AppError('PREVIEW_OFF', 'Not found')
    if (draining()) throw new AppError('DRAINING', 'The server is shutting down')
    const player = parameterOf(request)
    const streamKey = covers(request.scope, player) ? streamIds.hasPlayer(player) : undefined
    if (streamKey === undefined) throw new AppError('PLAYER_UNKNOWN', 'Invalid player key')
    reply.header('content-type', MEDIA_TYPE)
    if (request.method === 'HEAD') {
      if (streams.publisher(streamKey) === undefined) throw new AppError('STREAM_NOT_LIVE', OFFLINE)
      return reply.code(200).send()
    }
    const isKeyGood = keyCheck(deps, request, player)
    const isAllowed = () => settings().isPreviewOn && streamIds.hasPlayer(player) === streamKey && isKeyGood()
    try {
      return reply.code(200).send(previews.open({ streamKey, viewer: identityOf(request), isAllowed }))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'PREVIEW_LIMIT') reply.header('retry-after', RETRY_AFTER_S)
      // The engine's own sentence is not for clients.
      throw error.code === 'STREAM_NOT_LIVE' ? new AppError('STREAM_NOT_LIVE', OFFLINE) : error
    }
  }
}

export const preview: RouteSpec = {
  method: 'GET',
  path: '/api/preview/*',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Preview',
  operationId: 'getPreview',
  summary:
    'The live MPEG-TS behind a stream ID of a player, without an end; HEAD tells whether there is one.',
  parameter: { name: 'player', description: "A player's stream ID.", example: 'live_1' },
  answers: {
    200: {
      description:
        'Packets of 188 bytes as published, for at most an hour. A reader that is too slow misses some of them.',
      mediaType: MEDIA_TYPE,
      example: '(MPEG-TS)',
    },
  },
  errors: ['PREVIEW_OFF', 'PREVIEW_LIMIT', 'PLAYER_UNKNOWN', 'STREAM_NOT_LIVE', 'ENGINE_STOPPED'],
  handler,
}
