import { requireBody } from '../body-parser.ts'
import type { HttpDeps } from '../deps.ts'
import { sendJson } from '../json.ts'
import type { RouteHandler } from '../route-spec.ts'
import { readApiKeyBody } from '../schemas.ts'

export function createKey({ keys }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { name = 'New API Key', permissions = 'read' } = readApiKeyBody(requireBody(request.body))
    const { key } = await keys.create(name, permissions)
    const message = 'Save this key securely. It cannot be retrieved again.'
    return sendJson(reply, 200, { api_key: key, message, status: 'success' })
  }
}
