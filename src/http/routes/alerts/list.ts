import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { Alert, AlertsQuery } from '../../schemas/alerts.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { readQuery } from '../../validate.ts'
import { alertView } from '../../views/alert.ts'

function handler({ alerts }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { state = 'raised', limit = PAGE_DEFAULT_ROWS, cursor } = readQuery(AlertsQuery, request.query)
    const found = await alerts.find({
      isOpen: state === 'raised',
      scope: request.scope,
      ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
      limit,
    })
    const { rows, nextCursor } = pageOf(found, limit)
    return sendJson(reply, 200, { data: rows.map(alertView), next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  cleared: null,
  id: 3,
  kind: 'bitrate_below',
  name: 'Low bitrate',
  player: 'live_1',
  raised: '2026-11-21T09:12:03Z',
  rule_id: 1,
  value: 740,
}

export const listAlerts: RouteSpec = {
  method: 'GET',
  path: '/api/alerts',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'listAlerts',
  summary: 'Alerts that are raised, or past ones too; newest first.',
  query: AlertsQuery,
  answers: {
    200: {
      description: 'A page of alerts.',
      schema: successPage(Alert),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
