import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { AlertRule, AlertRulePatchBody } from '../../schemas/alerts.ts'
import { success } from '../../schemas/common.ts'
import { readBody } from '../../validate.ts'
import { alertRuleView } from '../../views/alert.ts'
import { writeDown } from '../audit-trail.ts'
import { requireOwnPlayer } from '../own-player.ts'
import { RULE_ANSWER, RULE_PARAMETER } from './examples.ts'
import { changedRule } from './rule.ts'
import { unknownRule, visibleRule } from './visible-rule.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { id } = visibleRule(deps.alerts, request.scope, parameterOf(request))
    const body = readBody(AlertRulePatchBody, request.body)
    if (body.player !== undefined) requireOwnPlayer(deps.streamIds, request.scope, body.player)
    const changed = await deps.alerts.change(id, rule => changedRule(rule, body))
    if (changed === undefined) throw unknownRule()
    if (Object.keys(body).length > 0) {
      const deed = { action: 'alert-rule.changed', subject: String(id), details: body }
      await writeDown(deps, request, deed)
    }
    return sendJson(reply, 200, { data: alertRuleView(changed), status: 'success' })
  }
}

export const changeAlertRule: RouteSpec = {
  method: 'PATCH',
  path: '/api/alert-rules/:id',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'changeAlertRule',
  summary: 'Changes what the body names. Another kind or player, or `active: false`, clears its alerts.',
  parameter: RULE_PARAMETER,
  body: AlertRulePatchBody,
  bodyExample: { threshold: 800, active: true },
  answers: {
    200: { description: 'The rule as it is now.', schema: success(AlertRule), example: RULE_ANSWER },
  },
  errors: ['BODY_INVALID', 'PATH_INVALID', 'STREAM_ID_UNKNOWN', 'ALERT_RULE_UNKNOWN'],
  handler,
}
