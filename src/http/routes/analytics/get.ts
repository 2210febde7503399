import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { AnalyticsQuery, AnalyticsReport, PERIOD_DEFAULT } from '../../schemas/analytics.ts'
import { success } from '../../schemas/common.ts'
import { readQuery } from '../../validate.ts'
import { reportView } from '../../views/analytics.ts'
import { askedFor, viewerOf } from './viewer.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { period = PERIOD_DEFAULT, player } = readQuery(AnalyticsQuery, request.query)
    const viewer = viewerOf(deps, request)
    const report = await deps.analytics.report({ period, viewer, ...askedFor(deps, player) })
    // What is asked for and foreign gets the answer of what does not exist.
    const shown = player !== undefined && viewer.mayKnowPlayer(player) ? player : null
    return sendJson(reply, 200, { data: reportView(report, period, shown), status: 'success' })
  }
}

const EXAMPLE = {
  annotations: [
    {
      at: '2026-11-21T08:30:00Z',
      author: 'Default Admin Key',
      id: 1,
      player: null,
      text: 'New encoder',
      until: null,
    },
  ],
  from: '2026-11-20T09:01:00Z',
  period: '24h',
  player: 'live_1',
  series: [
    {
      at: '2026-11-21T08:59:00Z',
      bitrate_kbps: 6012,
      bitrate_max_kbps: 6190,
      bitrate_min_kbps: 5870,
      buffer_ms: 956,
      live_s: 60,
      loss_max_percent: 0.12,
      loss_percent: 0.02,
      players: 2.5,
      players_max: 3,
      rtt_max_ms: 58.1,
      rtt_ms: 41.3,
    },
  ],
  step_s: 60,
  to: '2026-11-21T09:00:00Z',
  totals: {
    bytes_in: 45_090_000,
    bytes_out: 112_725_000,
    live_s: 60,
    player_sessions: 4,
    publisher_sessions: 1,
    watch_s: 150,
  },
}

export const getAnalytics: RouteSpec = {
  method: 'GET',
  path: '/api/analytics',
  access: 'read',
  scoped: 'own',
  limit: 'stats',
  tag: 'Analytics',
  operationId: 'getAnalytics',
  summary:
    'How streams were: of the stream that a player stream ID leads to, or of all streams that the key may know ' +
    'together. Times when none was live have no row.',
  query: AnalyticsQuery,
  answers: {
    200: {
      description: 'A series in the order of time, sums, and what people have noted.',
      schema: success(AnalyticsReport),
      example: { data: EXAMPLE, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
