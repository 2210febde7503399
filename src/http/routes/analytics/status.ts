import Type from 'typebox'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PublicStream } from '../../schemas/analytics.ts'
import { success } from '../../schemas/common.ts'
import { publicStreamView } from '../../views/analytics.ts'

function handler({ publicStatus }: HttpDeps): RouteHandler {
  return async (_, reply) => {
    const streams = await publicStatus.list()
    return sendJson(reply, 200, { data: streams.map(publicStreamView), status: 'success' })
  }
}

const EXAMPLE = { availability_percent: 99.87, live: true, name: 'Main stage', since: '2026-11-21T09:00:00Z' }

export const publicStatus: RouteSpec = {
  method: 'GET',
  path: '/api/status',
  access: 'public',
  scoped: 'public',
  limit: 'stats',
  tag: 'Analytics',
  operationId: 'getPublicStatus',
  summary: 'Whether the streams are live that have a public name. For everybody, and without a stream ID.',
  answers: {
    200: {
      description: 'In the order in which they were added; up to five seconds old.',
      schema: success(Type.Array(PublicStream)),
      example: { data: [EXAMPLE], status: 'success' },
    },
  },
  errors: ['ENGINE_STOPPED'],
  handler,
}
