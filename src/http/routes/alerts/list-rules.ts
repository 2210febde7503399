import Type from 'typebox'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { AlertRule } from '../../schemas/alerts.ts'
import { success } from '../../schemas/common.ts'
import { alertRuleView } from '../../views/alert.ts'
import { mayKnowAbout } from '../own-player.ts'
import { RULE_EXAMPLE } from './examples.ts'

function handler({ alerts }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const rules = alerts.rules().filter(({ player }) => mayKnowAbout(request.scope, player))
    return sendJson(reply, 200, { data: rules.map(alertRuleView), status: 'success' })
  }
}

export const listAlertRules: RouteSpec = {
  method: 'GET',
  path: '/api/alert-rules',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'listAlertRules',
  summary: 'The rules that alerts are raised by, at most 500.',
  answers: {
    200: {
      description: 'All rules.',
      schema: success(Type.Array(AlertRule)),
      example: { data: [RULE_EXAMPLE], status: 'success' },
    },
  },
  handler,
}
