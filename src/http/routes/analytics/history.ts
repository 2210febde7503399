import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { HistoryQuery, HistorySession } from '../../schemas/analytics.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { readQuery } from '../../validate.ts'
import { historyView } from '../../views/analytics.ts'
import { askedFor, viewerOf } from './viewer.ts'

function handler(deps: HttpDeps): RouteHandler {
  const { analytics, streamIds } = deps
  return async (request, reply) => {
    const query = readQuery(HistoryQuery, request.query)
    const { player, role, limit = PAGE_DEFAULT_ROWS, cursor } = query
    const viewer = viewerOf(deps, request)
    const found = await analytics.history({
      viewer,
      ...askedFor(deps, player),
      ...(role === undefined ? {} : { role }),
      ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
      limit,
    })
    const { rows, nextCursor } = pageOf(found, limit)
    const data = rows.map(row => {
      const players = streamIds.playersOf(row.streamKey).filter(viewer.mayKnowPlayer)
      return historyView(row, players, viewer.mayKnowStream(row.streamKey))
    })
    return sendJson(reply, 200, { data, next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  address: '198.51.100.7',
  bytes: 90_312_448,
  duration_s: 120,
  encryption: 'AES-128',
  ended: '2026-11-21T09:02:00Z',
  id: 12,
  latency_ms: 1000,
  player: null,
  players: ['live_1'],
  publisher: 'stud…',
  reason: 'peer',
  role: 'publisher',
  session_id: 7,
  srt_version: '1.5.3',
  started: '2026-11-21T09:00:00Z',
}

export const listHistory: RouteSpec = {
  method: 'GET',
  path: '/api/history',
  access: 'read',
  scoped: 'own',
  limit: 'stats',
  tag: 'Analytics',
  operationId: 'listHistory',
  summary: 'Sessions of the past, and those that go on, newest first.',
  query: HistoryQuery,
  answers: {
    200: {
      description: 'A page of sessions.',
      schema: successPage(HistorySession),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
