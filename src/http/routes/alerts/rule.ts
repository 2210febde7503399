import { thresholdProblem, usualClearThreshold } from '../../../alerts/kinds.ts'
import { AppError } from '../../../lib/errors.ts'
import type { AlertRule, NewAlertRule } from '../../../store/alert-rules.ts'
import { type AlertRuleBody, type AlertRulePatchBody, DEFAULT_DURATION_S } from '../../schemas/alerts.ts'

const FIELDS = { threshold: 'threshold', clearThreshold: 'clear_threshold' } as const

/** Throws BODY_INVALID. */
function checked(rule: NewAlertRule): NewAlertRule {
  const problem = thresholdProblem(rule)
  if (problem === undefined) return rule
  const [where, { what }] = [FIELDS[problem.field], problem]
  throw new AppError('BODY_INVALID', `Invalid field: ${where} ${what}`, { problems: [{ where, what }] })
}

/** The rule that a body asks for. Throws BODY_INVALID. */
export function ruleOf(body: AlertRuleBody): NewAlertRule {
  const { kind, name = kind, player = null, threshold = 0, clear_threshold: clear = null } = body
  return checked({
    ...{ kind, name, player, threshold },
    clearThreshold: clear ?? usualClearThreshold(kind, threshold),
    forS: body.for_s ?? DEFAULT_DURATION_S,
    clearForS: body.clear_for_s ?? DEFAULT_DURATION_S,
    isActive: body.active ?? true,
  })
}

/** The other threshold goes along with one that is changed, unless it was chosen. */
function clearThresholdOf(old: AlertRule, body: AlertRulePatchBody): number {
  const { kind = old.kind, threshold = old.threshold, clear_threshold: clear } = body
  const isUsual = old.clearThreshold === usualClearThreshold(old.kind, old.threshold)
  if (clear === null || (clear === undefined && isUsual)) return usualClearThreshold(kind, threshold)
  return clear ?? old.clearThreshold
}

/** A rule with what a body changes. Throws BODY_INVALID. */
export function changedRule(old: AlertRule, body: AlertRulePatchBody): NewAlertRule {
  const { name = old.name, kind = old.kind, player = old.player, threshold = old.threshold } = body
  return checked({
    ...{ name, kind, player, threshold },
    clearThreshold: clearThresholdOf(old, body),
    forS: body.for_s ?? old.forS,
    clearForS: body.clear_for_s ?? old.clearForS,
    isActive: body.active ?? old.isActive,
  })
}
