import type { Static } from 'typebox'
import type { AccessLogFilter } from '../../../store/access-log.ts'
import { bareAddress } from '../../addresses.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { AccessLogRow, AccessLogsQuery } from '../../schemas/logs.ts'
import { readQuery } from '../../validate.ts'
import { accessLogView } from '../../views/logs.ts'
import { ownAccesses } from './own-accesses.ts'
import { timeParameter } from './time-parameter.ts'

type Query = Static<typeof AccessLogsQuery>

/** The filter without what is left out. */
function filterOf(query: Query, limit: number): AccessLogFilter {
  const { key_id, key_name, address, method, status, path, would_deny, from, to, cursor } = query
  return {
    ...(key_id === undefined ? {} : { keyId: key_id }),
    ...(key_name === undefined ? {} : { keyName: key_name }),
    ...(address === undefined ? {} : { address: bareAddress(address) ?? address }),
    ...(method === undefined ? {} : { method }),
    ...(status === undefined ? {} : { responseCode: status }),
    ...(path === undefined ? {} : { pathPrefix: path }),
    ...(would_deny === undefined ? {} : { wouldDeny: would_deny }),
    ...(from === undefined ? {} : { fromMs: timeParameter('from', from) }),
    ...(to === undefined ? {} : { toMs: timeParameter('to', to) }),
    ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
    limit,
  }
}

function handler({ accessLog }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { scope, apiKey } = request
    const query = readQuery(AccessLogsQuery, request.query)
    const { limit = PAGE_DEFAULT_ROWS } = query
    const filter = filterOf(query, limit)
    const isOwn = scope !== null && apiKey !== null
    const found = await (isOwn ? ownAccesses(accessLog, apiKey, filter) : accessLog.find(filter))
    const { rows, nextCursor } = pageOf(found, limit)
    const data = rows.map(accessLogView)
    return sendJson(reply, 200, { data, next_cursor: nextCursor, status: 'success' })
  }
}

const EXAMPLE = {
  address: '198.51.100.7',
  at: '2026-11-21T09:12:03Z',
  id: 4711,
  key_id: 7,
  key_name: 'Studio',
  method: 'GET',
  path: '/api/stream-ids',
  request_id: '0b6f0d1e-5f0e-4c3a-9a55-0d6c3f1d9a10',
  status: 200,
  would_deny: null,
}

export const listAccessLogs: RouteSpec = {
  method: 'GET',
  path: '/api/access-logs',
  access: 'admin',
  scoped: 'own',
  limit: 'api',
  tag: 'Logs',
  operationId: 'listAccessLogs',
  summary: 'Requests to the API, newest first. A key bound to some players sees its own.',
  query: AccessLogsQuery,
  answers: {
    200: {
      description: 'A page of requests.',
      schema: successPage(AccessLogRow),
      example: { data: [EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
