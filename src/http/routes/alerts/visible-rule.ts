import type { Scope } from '../../../access/scope.ts'
import { AppError } from '../../../lib/errors.ts'
import type { AlertRule } from '../../../store/alert-rules.ts'
import type { AlertDesk } from '../../deps.ts'
import { numericId } from '../numeric-id.ts'
import { mayKnowAbout } from '../own-player.ts'

export const unknownRule = () => new AppError('ALERT_RULE_UNKNOWN', 'Alert rule not found')

/** The rule with the id in a path. Throws PATH_INVALID, and ALERT_RULE_UNKNOWN also for one that the key may not know. */
export function visibleRule(alerts: Pick<AlertDesk, 'rules'>, scope: Scope | null, text: string): AlertRule {
  const id = numericId(text, 'an alert rule')
  const found = alerts.rules().find(rule => rule.id === id)
  if (found === undefined || !mayKnowAbout(scope, found.player)) throw unknownRule()
  return found
}
