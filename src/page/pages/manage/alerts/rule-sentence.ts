import type { Rule } from './alert.ts'
import { RULE_KINDS } from './rule-kinds.ts'

export type RuleTerms = Pick<
  Rule,
  'kind' | 'player' | 'threshold' | 'clear_threshold' | 'for_s' | 'clear_for_s'
>

const LIMITS: Readonly<Partial<Record<Rule['kind'], readonly [what: string, raise: string, clear: string]>>> =
  {
    bitrate_below: ['the bitrate', 'below', 'above'],
    rtt_above: ['the RTT', 'above', 'below'],
    loss_above: ['the packet loss', 'above', 'below'],
  }

/** What a rule does, read back: "Alert when the bitrate of live_1 is below 1000 kbit/s for 10 s; clear above …". */
export function ruleSentence(rule: RuleTerms): string {
  const { kind, for_s: forS, clear_for_s: clearForS } = rule
  const limits = LIMITS[kind]
  if (limits !== undefined) {
    const { unit } = RULE_KINDS[kind]
    const [what, raise, clear] = limits
    return (
      `Alert when ${what} of ${rule.player ?? 'any stream'} is ${raise} ${rule.threshold} ${unit} for ${forS} s; ` +
      `clear ${clear} ${rule.clear_threshold} ${unit} for ${clearForS} s.`
    )
  }
  const stream = rule.player ?? 'a stream'
  return kind === 'offline'
    ? `Alert when nobody has published ${stream} for ${forS} s; clear when somebody has for ${clearForS} s.`
    : `Alert when the publisher of ${stream} is connected but sends nothing for ${forS} s; clear when it has sent for ${clearForS} s.`
}

/** The value at which an alert was raised, with its unit; '': the kind has none. */
export function valueText(kind: Rule['kind'], value: number | null): string {
  const { unit } = RULE_KINDS[kind]
  return value === null || unit === '' ? '' : `${Math.round(value * 100) / 100} ${unit}`
}
