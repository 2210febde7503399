import type { AlertRule } from '../store/alert-rules.ts'
import type { Alert } from '../store/alerts.ts'
import type { Reading } from './reading.ts'

/** An alert that is not over. */
export interface OpenAlert extends Alert {
  /** On the clock's monotonic time; before this process perhaps. */
  raisedMonotonicMs: number
}

/** What one rule remembers of one player; nothing is remembered of those that are well. Times are the evaluator's. */
export interface Watch {
  badSinceMs?: number
  goodSinceMs?: number
  alert?: OpenAlert
}

export type Verdict = 'raise' | 'clear' | 'nothing'

/** Takes a reading and says what follows. */
export function step(
  watch: Watch,
  { verdict, sinceMs }: Reading,
  { rule, nowMs }: { rule: Pick<AlertRule, 'forS' | 'clearForS'>; nowMs: number },
): Verdict {
  if (verdict !== 'bad') delete watch.badSinceMs
  if (verdict !== 'good') delete watch.goodSinceMs
  if (verdict === 'bad' && watch.alert === undefined) {
    watch.badSinceMs ??= sinceMs ?? nowMs
    return nowMs - watch.badSinceMs >= rule.forS * 1000 ? 'raise' : 'nothing'
  }
  if (verdict === 'good' && watch.alert !== undefined) {
    watch.goodSinceMs ??= nowMs
    return nowMs - watch.goodSinceMs >= rule.clearForS * 1000 ? 'clear' : 'nothing'
  }
  return 'nothing'
}

/** Whether there is nothing to remember. */
export const isIdle = ({ badSinceMs, alert }: Watch) => badSinceMs === undefined && alert === undefined
