import type { AlertKind } from '../store/alert-rules.ts'

export interface KindOfAlert {
  /** What it is about, in one sentence. */
  meaning: string
  /** Undefined: it has no threshold. */
  threshold?: {
    unit: string
    min: number
    max: number
    /** The threshold at which the alert is over, as a multiple of the other one, where none is given. */
    clearFactor: number
  }
}

/** THE table of kinds. */
export const KINDS_OF_ALERTS: Readonly<Record<AlertKind, KindOfAlert>> = {
  bitrate_below: {
    meaning: 'The payload rate of a live publisher is below the threshold.',
    threshold: { unit: 'kbit/s', min: 1, max: 10_000_000, clearFactor: 1.1 },
  },
  rtt_above: {
    meaning: 'The round trip time to a live publisher is above the threshold.',
    threshold: { unit: 'ms', min: 1, max: 60_000, clearFactor: 0.9 },
  },
  loss_above: {
    meaning: 'Of what a live publisher sent in the last 10 s more was lost than the threshold.',
    threshold: { unit: 'percent', min: 0, max: 100, clearFactor: 0.9 },
  },
  offline: { meaning: 'Nobody publishes the stream.' },
  stalled: { meaning: 'A publisher is connected and sends nothing.' },
}

/** Where a rule of this kind and threshold is over unless it says otherwise. */
export function usualClearThreshold(kind: AlertKind, threshold: number): number {
  const { clearFactor = 0, max = 0 } = KINDS_OF_ALERTS[kind].threshold ?? {}
  // 0.1 + 0.2 is not what anybody wants to read.
  const rounded = Math.round(threshold * clearFactor * 1000) / 1000
  // At the ends of the range, and where rounding crosses the threshold, the two are one.
  return clearFactor > 1 ? Math.max(threshold, Math.min(rounded, max)) : Math.min(threshold, rounded)
}

interface Thresholds {
  kind: AlertKind
  threshold: number
  clearThreshold: number
}

interface ThresholdProblem {
  field: 'threshold' | 'clearThreshold'
  what: string
}

/** What is wrong with the thresholds of a rule; undefined: nothing. */
export function thresholdProblem(rule: Thresholds): ThresholdProblem | undefined {
  const { kind, threshold, clearThreshold } = rule
  const range = KINDS_OF_ALERTS[kind].threshold
  if (range === undefined) return withoutThreshold(rule)
  const { min, max, unit } = range
  if (threshold < min || threshold > max)
    return { field: 'threshold', what: `must be from ${min} to ${max} ${unit} for ${kind}` }
  const isBelow = kind === 'bitrate_below'
  if (isBelow ? clearThreshold < threshold : clearThreshold > threshold) {
    const side = isBelow ? 'at least' : 'at most'
    return { field: 'clearThreshold', what: `must be ${side} the threshold for ${kind}` }
  }
  return undefined
}

function withoutThreshold({ kind, threshold, clearThreshold }: Thresholds): ThresholdProblem | undefined {
  const what = `must be left out or 0: ${kind} has none`
  if (threshold !== 0) return { field: 'threshold', what }
  return clearThreshold === 0 ? undefined : { field: 'clearThreshold', what }
}
