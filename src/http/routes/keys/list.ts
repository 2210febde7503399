import Type from 'typebox'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { Key } from '../../schemas/keys.ts'
import { keyView } from '../../views/key.ts'
import { KEY_EXAMPLE } from './examples.ts'

function handler({ keys }: HttpDeps): RouteHandler {
  return async (_request, reply) => {
    const rows = await keys.list()
    return sendJson(reply, 200, { data: rows.map(keyView), status: 'success' })
  }
}

export const listKeys: RouteSpec = {
  method: 'GET',
  path: '/api/keys',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'API keys',
  operationId: 'listKeys',
  summary: 'The API keys, those of the configuration and revoked ones too; never the key itself.',
  answers: {
    200: {
      description: 'All keys.',
      schema: success(Type.Array(Key)),
      example: { data: [KEY_EXAMPLE], status: 'success' },
    },
  },
  handler,
}
