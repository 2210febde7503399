import type { ConnectionStats } from '../../../engine/contract.ts'
import { sessionsOf } from '../../../streams/sessions.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { Session, SessionsQuery } from '../../schemas/sessions.ts'
import { readQuery } from '../../validate.ts'
import { sessionView } from '../../views/session.ts'
import { mayKnowPublisher, mayKnowSession } from '../visibility.ts'

const ROLES = { publisher: 'publish', player: 'play' } as const

function handler({ streams, streamIds, clock }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const query = readQuery(SessionsQuery, request.query)
    const { role, player, publisher, limit = PAGE_DEFAULT_ROWS, cursor } = query
    const isKnown = (streamKey: string) => mayKnowPublisher(streamIds, request.scope, streamKey)
    const filter = {
      ...(role === undefined ? {} : { role: ROLES[role] }),
      ...(player === undefined ? {} : { player }),
      ...(publisher === undefined ? {} : { publisher }),
      ...(cursor === undefined ? {} : { afterId: decodeCursor(cursor) }),
      // Who asks for a publisher that the key may not know must not learn from the answer that it is the right one.
      isVisible: (session: ConnectionStats) =>
        mayKnowSession(streamIds, request.scope, session) &&
        (publisher === undefined || isKnown(session.streamKey)),
      limit,
    }
    const { rows, nextCursor } = pageOf(sessionsOf(streams.connections(), filter, clock.nowMs()), limit)
    const data = rows.map(row => sessionView(row, isKnown(row.publisher)))
    return sendJson(reply, 200, { data, next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  address: '198.51.100.7',
  backlog_bytes: 0,
  bandwidth_mbps: 94.2,
  bitrate_kbps: 6012,
  buffer_ms: 118,
  counters: {
    bytes: 90_312_448,
    bytes_dropped: 0,
    bytes_lost: 3948,
    packets: 68_627,
    packets_belated: 0,
    packets_dropped: 0,
    packets_duplicate: 0,
    packets_lost: 3,
    packets_retransmitted: 3,
    packets_undecrypted: 0,
    ring_overruns: 0,
    wire_bytes: 93_333_444,
  },
  encryption: 'AES-128',
  id: 7,
  latency_ms: 1000,
  listener: 'publish:4001',
  loss_percent: 0.004,
  player: null,
  port: 51_234,
  publisher: 'studio_1',
  role: 'publisher',
  rtt_ms: 41.3,
  since: '2026-11-21T09:00:00Z',
  srt_version: '1.5.3',
  stream_id: 'studio_1',
  token_id: null,
  uptime: 120,
}

export const listSessions: RouteSpec = {
  method: 'GET',
  path: '/api/sessions',
  access: 'read',
  scoped: 'own',
  limit: 'stats',
  tag: 'Sessions',
  operationId: 'listSessions',
  summary: 'Everybody who is connected, with every counter, in the order of arrival.',
  query: SessionsQuery,
  answers: {
    200: {
      description: 'A page of sessions.',
      schema: successPage(Session),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID', 'ENGINE_STOPPED'],
  handler,
}
