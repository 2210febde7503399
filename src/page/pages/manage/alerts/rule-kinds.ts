import type { RuleKind } from './alert.ts'

/** What a kind of rule watches, and where a new rule of it begins. */
export interface KindFacts {
  title: string
  /** Of the thresholds; '': the kind has none. */
  unit: string
  threshold: number
  clearThreshold: number
  forS: number
  clearForS: number
}

export const RULE_KINDS: Readonly<Record<RuleKind, KindFacts>> = {
  bitrate_below: {
    title: 'Bitrate too low',
    unit: 'kbit/s',
    threshold: 1000,
    clearThreshold: 1100,
    forS: 10,
    clearForS: 10,
  },
  rtt_above: {
    title: 'RTT too high',
    unit: 'ms',
    threshold: 500,
    clearThreshold: 450,
    forS: 10,
    clearForS: 10,
  },
  loss_above: {
    title: 'Loss too high',
    unit: '%',
    threshold: 2,
    clearThreshold: 1.8,
    forS: 10,
    clearForS: 10,
  },
  offline: { title: 'Offline', unit: '', threshold: 0, clearThreshold: 0, forS: 30, clearForS: 5 },
  stalled: { title: 'Stalled', unit: '', threshold: 0, clearThreshold: 0, forS: 5, clearForS: 5 },
}

export const KIND_NAMES = Object.keys(RULE_KINDS).filter((name): name is RuleKind => name in RULE_KINDS)

/** Where an alert of the kind is over, for a threshold: a tenth on the quiet side of it. */
export function clearThresholdOf(kind: RuleKind, threshold: number): number {
  const exact = threshold * (kind === 'bitrate_below' ? 1.1 : 0.9)
  return kind === 'loss_above' ? Number(exact.toFixed(2)) : Math.round(exact)
}
