import type { NewPlayToken } from '../../../access/play-tokens.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { PlayToken, TokenBody } from '../../schemas/tokens.ts'
import { readBody } from '../../validate.ts'
import { isoOfMs } from '../../views/times.ts'
import { writeDown } from '../audit-trail.ts'
import { PLAYER_PARAMETER } from '../stream-ids/examples.ts'
import { unknownStreamId } from '../stream-ids/unknown.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const player = parameterOf(request)
    const body = readBody(TokenBody, request.body ?? {})
    const { expires_in: expiresInS = 3600, address: network = null, max_uses: maxUses = 0 } = body
    const wish: NewPlayToken = { expiresInS, network, maxUses }
    const issued = await deps.tokens.issue(player, wish, request.scope)
    if (issued === undefined) throw unknownStreamId()
    const { token, tokenId, streamId, expiresAtS } = issued
    const expiresAt = isoOfMs(expiresAtS * 1000)
    const details = { token_id: tokenId, expires_at: expiresAt, address: network, max_uses: maxUses }
    await writeDown(deps, request, { action: 'token.issued', subject: player, details })
    const data = { token, token_id: tokenId, stream_id: streamId, expires_at: expiresAt }
    return sendJson(reply, 200, { data, status: 'success' })
  }
}

export const issueToken: RouteSpec = {
  method: 'POST',
  path: '/api/stream-ids/*/tokens',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Play tokens',
  operationId: 'issuePlayToken',
  summary: 'Makes a short-lived token that a player sends instead of the permanent stream ID.',
  parameter: PLAYER_PARAMETER,
  body: TokenBody,
  bodyExample: { expires_in: 3600, address: '203.0.113.9', max_uses: 1 },
  answers: {
    200: {
      description: 'The token; this is the only time that it can be seen.',
      schema: success(PlayToken),
      example: {
        data: {
          expires_at: '2026-11-21T10:00:00Z',
          stream_id: '#!::m=request,token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
          token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
          token_id: 'b3V0ZXIgc3Bh',
        },
        status: 'success',
      },
    },
  },
  errors: ['BODY_INVALID', 'STREAM_ID_UNKNOWN'],
  handler,
}
