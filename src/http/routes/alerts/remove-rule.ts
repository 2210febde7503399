import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { RULE_PARAMETER } from './examples.ts'
import { unknownRule, visibleRule } from './visible-rule.ts'

const MESSAGE = 'Alert rule deleted'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { id, name } = visibleRule(deps.alerts, request.scope, parameterOf(request))
    if (!(await deps.alerts.remove(id))) throw unknownRule()
    await writeDown(deps, request, { action: 'alert-rule.deleted', subject: String(id), details: { name } })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const removeAlertRule: RouteSpec = {
  method: 'DELETE',
  path: '/api/alert-rules/:id',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'removeAlertRule',
  summary: 'Deletes a rule and clears its alerts; past alerts stay in the list.',
  parameter: RULE_PARAMETER,
  answers: {
    200: {
      description: 'It raises nothing any more.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'ALERT_RULE_UNKNOWN'],
  handler,
}
