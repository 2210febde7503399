import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { Annotation, AnnotationsQuery } from '../../schemas/annotations.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { readQuery } from '../../validate.ts'
import { annotationView } from '../../views/alert.ts'
import { timeParameter } from '../logs/time-parameter.ts'
import { ANNOTATION_EXAMPLE } from './examples.ts'

function handler({ annotations }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const query = readQuery(AnnotationsQuery, request.query)
    const { player, from, to, limit = PAGE_DEFAULT_ROWS, cursor } = query
    const found = await annotations.find({
      ...(player === undefined ? {} : { player }),
      ...(from === undefined ? {} : { fromMs: timeParameter('from', from) }),
      ...(to === undefined ? {} : { toMs: timeParameter('to', to) }),
      ...(cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }),
      scope: request.scope,
      limit,
    })
    const { rows, nextCursor } = pageOf(found, limit)
    const data = rows.map(annotationView)
    return sendJson(reply, 200, { data, next_cursor: nextCursor, status: 'success' })
  }
}

export const listAnnotations: RouteSpec = {
  method: 'GET',
  path: '/api/annotations',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Annotations',
  operationId: 'listAnnotations',
  summary: 'Notes on the time line, the last written first.',
  query: AnnotationsQuery,
  answers: {
    200: {
      description: 'A page of annotations.',
      schema: successPage(Annotation),
      example: { data: [ANNOTATION_EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
