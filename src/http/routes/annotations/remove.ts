import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { annotationView } from '../../views/alert.ts'
import { writeDown } from '../audit-trail.ts'
import { numericId } from '../numeric-id.ts'
import { mayKnowAbout } from '../own-player.ts'

const MESSAGE = 'Annotation deleted'

/** The same for one that is gone and one that the key may not know. */
const unknownAnnotation = () => new AppError('ANNOTATION_UNKNOWN', 'Annotation not found')

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = numericId(parameterOf(request), 'an annotation')
    const found = await deps.annotations.get(id)
    if (found === undefined || !mayKnowAbout(request.scope, found.player)) throw unknownAnnotation()
    if (!(await deps.annotations.remove(id))) throw unknownAnnotation()
    const { id: _, ...details } = annotationView(found)
    await writeDown(deps, request, { action: 'annotation.deleted', subject: String(id), details })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const removeAnnotation: RouteSpec = {
  method: 'DELETE',
  path: '/api/annotations/:id',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Annotations',
  operationId: 'removeAnnotation',
  summary: 'Deletes a note.',
  parameter: { name: 'id', description: 'Of the annotation, as the list has it.', example: '5' },
  answers: {
    200: {
      description: 'It is gone.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'ANNOTATION_UNKNOWN'],
  handler,
}
