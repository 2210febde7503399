import Type from 'typebox'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { Directive } from '../../schemas/config.ts'
import { directiveView } from '../../views/directive.ts'

function handler({ config }: HttpDeps): RouteHandler {
  return (_request, reply) =>
    sendJson(reply, 200, { data: config.effective().map(directiveView), status: 'success' })
}

const EXAMPLE = {
  apply: 'live',
  explanation: 'Least severe level that is logged.',
  name: 'log_level',
  persisted: false,
  place: 'sls.conf:3:5',
  range: 'trace, debug, info, warning, error, fatal',
  server: null,
  source: 'file',
  value: 'info',
}

export const getConfig: RouteSpec = {
  method: 'GET',
  path: '/api/config',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Configuration',
  operationId: 'getConfig',
  summary: 'Every directive in force, and where it came from. Secrets are masked.',
  answers: {
    200: {
      description: 'In the order of sls.conf.example, the server blocks one after the other.',
      schema: success(Type.Array(Directive)),
      example: { data: [EXAMPLE], status: 'success' },
    },
  },
  handler,
}
