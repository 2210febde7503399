import { bareAddress } from '../../addresses.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { Refusal, RefusalsQuery } from '../../schemas/refusals.ts'
import { readQuery } from '../../validate.ts'
import { refusalView } from '../../views/refusal.ts'
import { mayKnowAttempt } from '../visibility.ts'

function handler({ refusals, streamIds }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { scope } = request
    const { address, reason, limit = PAGE_DEFAULT_ROWS, cursor } = readQuery(RefusalsQuery, request.query)
    const found = refusals.list({
      ...(address === undefined ? {} : { address: bareAddress(address) ?? address }),
      ...(reason === undefined ? {} : { reason }),
      ...(scope === null
        ? {}
        : { isVisible: (streamId, role) => mayKnowAttempt(streamIds, scope, streamId, role) }),
      ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
      limit,
    })
    const { rows, nextCursor } = pageOf(found.rows, limit)
    return sendJson(reply, 200, { data: rows.map(refusalView), next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  address: '203.0.113.9',
  at: '2026-11-21T09:12:03Z',
  code: 1401,
  count: 12,
  encryption: 'unknown',
  first_at: '2026-11-21T09:11:48Z',
  id: 31,
  latency_ms: null,
  listener: 'play:4000',
  message: 'Nobody knows this stream ID: it is misspelt, or was removed.',
  port: 40_112,
  reason: 'unknown-stream-id',
  role: 'player',
  stream_id: 'live…',
}

export const listRefusals: RouteSpec = {
  method: 'GET',
  path: '/api/refusals',
  access: 'read',
  scoped: 'own',
  limit: 'stats',
  tag: 'Sessions',
  operationId: 'listRefusals',
  summary:
    'Why was I refused? The last refused connections, newest first, each with cause and mend in a sentence.',
  query: RefusalsQuery,
  answers: {
    200: {
      description: 'A page of refusals.',
      schema: successPage(Refusal),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
