import Type from 'typebox'
import { PERMISSIONS } from '../../../access/api-keys.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { orNull, strictObject, success } from '../../schemas/common.ts'
import { KeyScope } from '../../schemas/keys.ts'
import { scopeView } from '../../views/key.ts'

const Port = (description: string) => Type.Integer({ minimum: 1, maximum: 65_535, description })

const OwnKey = strictObject({
  listeners: Type.Array(
    strictObject({
      player: Port('UDP, for players.'),
      publisher: Port('UDP, for publishers.'),
      publisher_srtla: orNull(Port('UDP, for publishers behind an SRTLA receiver.')),
    }),
    { description: 'The ports of each server block.' },
  ),
  name: orNull(Type.String(), 'Null: there was no key, and `authz` asks for none.'),
  permissions: Type.Enum([...PERMISSIONS]),
  scope: orNull(KeyScope, 'Null: everything.'),
})

const EXAMPLE = {
  listeners: [{ player: 4000, publisher: 4001, publisher_srtla: null }],
  name: 'Studio',
  permissions: 'write',
  scope: { prefix: 'team_' },
}

function handler({ settings }: HttpDeps): RouteHandler {
  return async ({ apiKey }, reply) => {
    const listeners = settings().srtPorts.map(({ player, publisher, publisherSrtla }) => ({
      player,
      publisher,
      publisher_srtla: publisherSrtla,
    }))
    const own = {
      name: apiKey?.name ?? null,
      // Without one only `authz` can have let the request through, and it lets through everything.
      permissions: apiKey?.permissions ?? 'admin',
      scope: scopeView(apiKey?.scope ?? null),
    }
    return sendJson(reply, 200, { data: { listeners, ...own }, status: 'success' })
  }
}

export const ownKey: RouteSpec = {
  method: 'GET',
  path: '/api/key',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'API keys',
  operationId: 'getOwnKey',
  summary: 'What the key of this request may do, and the SRT ports of the server.',
  answers: {
    200: {
      description: 'The key, without itself.',
      schema: success(OwnKey),
      example: { data: EXAMPLE, status: 'success' },
    },
  },
  handler,
}
