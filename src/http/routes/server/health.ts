import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { Health } from '../../schemas/status.ts'
import { aboutServer } from './about.ts'

const EXAMPLE = { service: 'srt-live-server', status: 'ok', uptime: 42, version: '2.0.0' }

function handler(deps: HttpDeps): RouteHandler {
  const about = aboutServer(deps)
  return (_request, reply) => {
    const isDraining = deps.draining()
    const status = isDraining ? 'draining' : 'ok'
    return sendJson(reply, isDraining ? 503 : 200, { ...about(), status })
  }
}

export const health: RouteSpec = {
  method: 'GET',
  path: '/health',
  access: 'public',
  scoped: 'public',
  limit: 'none',
  tag: 'Server',
  operationId: 'getHealth',
  summary: 'Whether the server runs, or is on its way down.',
  answers: {
    200: { description: 'It runs.', schema: Health, example: EXAMPLE },
    503: {
      description: 'It is on its way down.',
      schema: Health,
      example: { ...EXAMPLE, status: 'draining' },
    },
  },
  handler,
}
