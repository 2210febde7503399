import type { AlertRule } from '../../store/alert-rules.ts'
import type { Alert } from '../../store/alerts.ts'
import type { Annotation } from '../../store/annotations.ts'
import type { Alert as AlertJson, AlertRule as AlertRuleJson } from '../schemas/alerts.ts'
import type { Annotation as AnnotationJson } from '../schemas/annotations.ts'
import { isoOfMs } from './times.ts'

export function alertRuleView(rule: AlertRule): AlertRuleJson {
  return {
    id: rule.id,
    name: rule.name,
    kind: rule.kind,
    player: rule.player,
    threshold: rule.threshold,
    clear_threshold: rule.clearThreshold,
    for_s: rule.forS,
    clear_for_s: rule.clearForS,
    active: rule.isActive,
    created: isoOfMs(rule.createdMs) ?? '',
  }
}

export function alertView(alert: Alert): AlertJson {
  return {
    id: alert.id,
    rule_id: alert.ruleId,
    name: alert.name,
    kind: alert.kind,
    player: alert.player,
    raised: isoOfMs(alert.raisedMs) ?? '',
    cleared: alert.clearedMs === null ? null : isoOfMs(alert.clearedMs),
    value: alert.value,
  }
}

export function annotationView({ atMs, untilMs, ...rest }: Annotation): AnnotationJson {
  const { id, player, text, author } = rest
  const until = untilMs === null ? null : isoOfMs(untilMs)
  return { id, player, at: isoOfMs(atMs) ?? '', until, text, author }
}
