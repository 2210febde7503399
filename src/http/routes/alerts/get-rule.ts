import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { AlertRule } from '../../schemas/alerts.ts'
import { success } from '../../schemas/common.ts'
import { alertRuleView } from '../../views/alert.ts'
import { RULE_ANSWER, RULE_PARAMETER } from './examples.ts'
import { visibleRule } from './visible-rule.ts'

function handler({ alerts }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const rule = visibleRule(alerts, request.scope, parameterOf(request))
    return sendJson(reply, 200, { data: alertRuleView(rule), status: 'success' })
  }
}

export const getAlertRule: RouteSpec = {
  method: 'GET',
  path: '/api/alert-rules/:id',
  access: 'read',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'getAlertRule',
  summary: 'One rule.',
  parameter: RULE_PARAMETER,
  answers: { 200: { description: 'The rule.', schema: success(AlertRule), example: RULE_ANSWER } },
  errors: ['PATH_INVALID', 'ALERT_RULE_UNKNOWN'],
  handler,
}
