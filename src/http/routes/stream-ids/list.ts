import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { AppError } from '../../../lib/errors.ts'
import type { StreamIdFilter } from '../../../store/stream-ids.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS } from '../../schemas/common.ts'
import { StreamIdList, StreamIdsQuery } from '../../schemas/stream-ids.ts'
import { readQuery } from '../../validate.ts'
import { type LiveCounts, liveCounts, streamIdDetail, streamIdPair } from '../../views/stream-id.ts'
import { toCsv } from './csv.ts'
import { DETAIL_EXAMPLE } from './examples.ts'

type Query = Static<typeof StreamIdsQuery>

/** More rows than any database of stream IDs has; SQLite takes it as a LIMIT. */
const ALL_ROWS = 2 ** 31 - 2

/** What clients of the first release send, and may have sent with a parameter that means nothing. */
function isWithoutFilter({ query }: FastifyRequest): boolean {
  const names = Object.keys(query ?? {})
  return !names.some(name => Object.hasOwn(StreamIdsQuery.properties, name))
}

function filterOf(
  { search, publisher, live }: Query,
  { publishers }: LiveCounts,
): Omit<StreamIdFilter, 'limit'> {
  return {
    ...(search === undefined ? {} : { search }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(live === undefined ? {} : { publishers: { isIn: live, ids: [...publishers] } }),
  }
}

function refusePages({ format, limit, cursor }: Query): void {
  if (format === undefined || (limit === undefined && cursor === undefined)) return
  const what = 'cannot be combined with format: an export has no pages'
  const where = limit === undefined ? 'cursor' : 'limit'
  throw new AppError('QUERY_INVALID', `Invalid parameter: ${where} ${what}`, { problems: [{ where, what }] })
}

function handler({ streamIds, streams }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { scope } = request
    if (isWithoutFilter(request)) {
      const rows = await streamIds.list(scope)
      return sendJson(reply, 200, { data: rows.map(streamIdPair), status: 'success' })
    }
    const query = readQuery(StreamIdsQuery, request.query)
    refusePages(query)
    const { format, limit = PAGE_DEFAULT_ROWS, cursor } = query
    const after = cursor === undefined ? {} : { afterId: decodeCursor(cursor) }
    const live = liveCounts(streams.connections())
    const size = format === undefined ? limit : ALL_ROWS
    const found = await streamIds.find({ ...filterOf(query, live), ...after, limit: size }, scope)
    const { rows, nextCursor } = pageOf(found, size)
    const data = rows.map(row => streamIdDetail(row, streamIds.hasPlayer(row.player) ?? '', live))
    if (format === undefined)
      return sendJson(reply, 200, { data, next_cursor: nextCursor, status: 'success' })
    reply.header('content-disposition', `attachment; filename="stream-ids.${format}"`)
    if (format === 'json') return sendJson(reply, 200, { data, status: 'success' })
    return reply.code(200).header('content-type', 'text/csv; charset=utf-8').send(toCsv(data))
  }
}

export const listStreamIds: RouteSpec = {
  method: 'GET',
  path: '/api/stream-ids',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Stream IDs',
  operationId: 'listStreamIds',
  summary:
    'Pairs of publisher and player stream IDs: all of them in short, or with any parameter a page with everything ' +
    'known of them, or an export. An export has no passphrases; its texts are exact, so a description that begins ' +
    'with = is a formula to a spreadsheet program.',
  query: StreamIdsQuery,
  answers: {
    200: {
      description: 'In the order in which they were added.',
      schema: StreamIdList,
      example: { data: [DETAIL_EXAMPLE], next_cursor: null, status: 'success' },
      mediaType: 'text/csv',
    },
  },
  errors: ['QUERY_INVALID', 'ENGINE_STOPPED'],
  handler,
}
