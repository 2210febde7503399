import type { Rule, RuleKind } from './alert.ts'
import { clearThresholdOf, RULE_KINDS } from './rule-kinds.ts'

/** A rule while it is being made or changed. */
export type RuleDraft = Pick<
  Rule,
  'name' | 'kind' | 'player' | 'threshold' | 'clear_threshold' | 'for_s' | 'clear_for_s' | 'active'
>

export function newDraft(kind: RuleKind = 'bitrate_below'): RuleDraft {
  const { title, threshold, clearThreshold, forS, clearForS } = RULE_KINDS[kind]
  const limits = { threshold, clear_threshold: clearThreshold, for_s: forS, clear_for_s: clearForS }
  return { name: title, kind, player: null, active: true, ...limits }
}

/** Another kind begins with its own numbers; a name that was chosen stays. */
export function withKind(draft: RuleDraft, kind: RuleKind): RuleDraft {
  const isNamed = draft.name !== RULE_KINDS[draft.kind].title
  const { player, active, name } = draft
  return { ...newDraft(kind), player, active, ...(isNamed ? { name } : {}) }
}

/** Where an alert ends follows where it begins, unless it was set apart. */
export function withThreshold(draft: RuleDraft, threshold: number): RuleDraft {
  const { kind, clear_threshold: before } = draft
  const isFollowing = before === clearThresholdOf(kind, draft.threshold)
  const clearThreshold = isFollowing && !Number.isNaN(threshold) ? clearThresholdOf(kind, threshold) : before
  return { ...draft, threshold, clear_threshold: clearThreshold }
}

/** As the API takes it: kinds without thresholds have none. */
export function bodyOf(draft: RuleDraft): Record<string, unknown> {
  const { threshold, clear_threshold, ...others } = draft
  return RULE_KINDS[draft.kind].unit === '' ? others : { ...others, threshold, clear_threshold }
}
