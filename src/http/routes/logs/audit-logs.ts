import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { AuditLogsQuery, AuditRow } from '../../schemas/logs.ts'
import { readQuery } from '../../validate.ts'
import { auditView } from '../../views/logs.ts'

function handler({ audit }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { action, limit = PAGE_DEFAULT_ROWS, cursor } = readQuery(AuditLogsQuery, request.query)
    const found = await audit.find({
      ...(action === undefined ? {} : { action }),
      ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
      limit,
    })
    const { rows, nextCursor } = pageOf(found, limit)
    return sendJson(reply, 200, { data: rows.map(auditView), next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  action: 'key.created',
  address: '198.51.100.7',
  at: '2026-11-21T09:12:03Z',
  details: { expires_at: null, name: 'Studio', permissions: 'write', rate_limit: null, scope: null },
  id: 12,
  key_id: 1,
  key_name: 'Default Admin Key',
  subject: '7',
}

export const listAuditLogs: RouteSpec = {
  method: 'GET',
  path: '/api/audit-logs',
  access: 'admin',
  scoped: 'denied',
  limit: 'api',
  tag: 'Logs',
  operationId: 'listAuditLogs',
  summary: 'What was changed over the API, and by whom; newest first.',
  query: AuditLogsQuery,
  answers: {
    200: {
      description: 'A page of changes.',
      schema: successPage(AuditRow),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
