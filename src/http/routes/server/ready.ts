import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { Ready } from '../../schemas/status.ts'
import { aboutServer } from './about.ts'

const EXAMPLE = { service: 'srt-live-server', status: 'ready', uptime: 42, version: '2.0.0' }

function handler(deps: HttpDeps): RouteHandler {
  const about = aboutServer(deps)
  return (_request, reply) => {
    const reasons = deps.notReady()
    if (reasons.length === 0) return sendJson(reply, 200, { ...about(), status: 'ready' })
    return sendJson(reply, 503, { ...about(), reasons, status: 'not ready' })
  }
}

export const ready: RouteSpec = {
  method: 'GET',
  path: '/ready',
  access: 'public',
  scoped: 'public',
  limit: 'none',
  tag: 'Server',
  operationId: 'getReadiness',
  summary: 'Whether the server can serve: for load balancers and rolling updates.',
  answers: {
    200: { description: 'It can.', schema: Ready, example: EXAMPLE },
    503: {
      description: 'It cannot, and why.',
      schema: Ready,
      example: { ...EXAMPLE, status: 'not ready', reasons: ['The database does not answer'] },
    },
  },
  handler,
}
