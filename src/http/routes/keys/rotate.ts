import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { NewKey, RotateBody } from '../../schemas/keys.ts'
import { readBody } from '../../validate.ts'
import { keyView } from '../../views/key.ts'
import { writeDown } from '../audit-trail.ts'
import { KEY_PARAMETER, NEW_KEY_EXAMPLE, SAVE_IT } from './examples.ts'
import { keyIdOf, unknownKey } from './id.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = keyIdOf(parameterOf(request))
    const { overlap: overlapS = 0 } = readBody(RotateBody, request.body ?? {})
    const created = await deps.keys.rotate(id, overlapS)
    if (created === undefined) throw unknownKey()
    await writeDown(deps, request, {
      action: 'key.rotated',
      subject: String(id),
      details: { new_id: created.details.id, overlap: overlapS },
      event: { type: 'key.rotated', data: { key_id: id, name: created.details.name } },
    })
    const { key, details } = created
    return sendJson(reply, 200, { api_key: key, data: keyView(details), message: SAVE_IT, status: 'success' })
  }
}

export const rotateKey: RouteSpec = {
  method: 'POST',
  path: '/api/keys/:id/rotate',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'API keys',
  operationId: 'rotateKey',
  summary: 'Makes a new key with the rights of an old one, which goes on for the overlap and then ends.',
  parameter: KEY_PARAMETER,
  body: RotateBody,
  bodyExample: { overlap: 3600 },
  answers: {
    200: {
      description: 'The new key, and what is kept of it.',
      schema: NewKey,
      example: NEW_KEY_EXAMPLE,
    },
  },
  errors: ['BODY_INVALID', 'PATH_INVALID', 'API_KEY_UNKNOWN', 'API_KEY_NOT_STORED'],
  handler,
}
