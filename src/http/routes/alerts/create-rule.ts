import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { AlertRule, AlertRuleBody } from '../../schemas/alerts.ts'
import { success } from '../../schemas/common.ts'
import { readBody } from '../../validate.ts'
import { alertRuleView } from '../../views/alert.ts'
import { writeDown } from '../audit-trail.ts'
import { mayKnowAbout, requireOwnPlayer } from '../own-player.ts'
import { RULE_ANSWER } from './examples.ts'
import { ruleOf } from './rule.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { scope } = request
    const wish = ruleOf(readBody(AlertRuleBody, request.body))
    requireOwnPlayer(deps.streamIds, scope, wish.player)
    const added = await (scope === null
      ? deps.alerts.add(wish)
      : deps.alerts.add(wish, ({ player }) => mayKnowAbout(scope, player)))
    const { id, created, ...details } = alertRuleView(added)
    await writeDown(deps, request, { action: 'alert-rule.created', subject: String(id), details })
    return sendJson(reply, 200, { data: { id, created, ...details }, status: 'success' })
  }
}

export const createAlertRule: RouteSpec = {
  method: 'POST',
  path: '/api/alert-rules',
  access: 'write',
  scoped: 'own',
  limit: 'api',
  tag: 'Alerts',
  operationId: 'createAlertRule',
  summary: 'Makes a rule; it is in force at once. One for all streams takes a key that is bound to none.',
  body: AlertRuleBody,
  bodyExample: { name: 'Low bitrate', kind: 'bitrate_below', player: 'live_1', threshold: 1000, for_s: 10 },
  answers: { 200: { description: 'The rule.', schema: success(AlertRule), example: RULE_ANSWER } },
  errors: ['BODY_INVALID', 'STREAM_ID_UNKNOWN', 'ALERT_RULES_FULL'],
  handler,
}
