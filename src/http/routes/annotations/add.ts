import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { Annotation, AnnotationBody } from '../../schemas/annotations.ts'
import { success } from '../../schemas/common.ts'
import { readBody } from '../../validate.ts'
import { annotationView } from '../../views/alert.ts'
import { msOfIso } from '../../views/times.ts'
import { writeDown } from '../audit-trail.ts'
import { requireOwnPlayer } from '../own-player.ts'
import { ANNOTATION_EXAMPLE } from './examples.ts'

function invalid(where: string, what: string): AppError {
  return new AppError('BODY_INVALID', `Invalid field: ${where} ${what}`, { problems: [{ where, what }] })
}

function timeOf(where: string, text: string): number {
  const atMs = msOfIso(text)
  if (atMs === undefined) throw invalid(where, 'must be a date and time such as 2026-01-31T23:59:59Z')
  return atMs
}

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { player = null, at, until = null, text } = readBody(AnnotationBody, request.body)
    const atMs = at === undefined ? deps.clock.nowMs() : timeOf('at', at)
    const untilMs = until === null ? null : timeOf('until', until)
    if (untilMs !== null && untilMs < atMs) throw invalid('until', 'must not be before at')
    requireOwnPlayer(deps.streamIds, request.scope, player)
    const author = request.apiKey?.name ?? ''
    const added = annotationView(await deps.annotations.add({ player, atMs, untilMs, text, author }))
    const { id, ...details } = added
    await writeDown(deps, request, { action: 'annotation.added', subject: String(id), details })
    return sendJson(reply, 200, { data: added, status: 'success' })
  }
}

export const addAnnotation: RouteSpec = {
  method: 'POST',
  path: '/api/annotations',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Annotations',
  operationId: 'addAnnotation',
  summary:
    'Notes something about a moment or a while. About all streams it takes a key that is bound to none.',
  body: AnnotationBody,
  bodyExample: { player: 'live_1', text: 'Second camera, other modem' },
  answers: {
    200: {
      description: 'The annotation.',
      schema: success(Annotation),
      example: { data: ANNOTATION_EXAMPLE, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'STREAM_ID_UNKNOWN'],
  handler,
}
