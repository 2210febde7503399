import type { ConnectionStats } from '../engine/contract.ts'
import type { AlertRule } from '../store/alert-rules.ts'
import type { Meters } from './meters.ts'

/** What a look at a stream says to a rule. */
export interface Reading {
  /** 'between': the condition does not hold, and nor does its opposite. */
  verdict: 'bad' | 'good' | 'between'
  /** In the unit of the kind, for 'stalled' the seconds of silence; null: there is no number. */
  value: number | null
  /** Since when it is bad, where that is known to be earlier than now. */
  sinceMs?: number
}

export interface Sight {
  streamKey: string
  /** Undefined: nobody publishes. */
  publisher: Pick<ConnectionStats, 'rateKbps' | 'rttMs'> | undefined
  meters: Pick<Meters, 'silentMs' | 'lossPercent'>
  /** The evaluator's time, ms since its start. */
  nowMs: number
}

/** Publishers that were live before a restart of ours need a moment to come back. */
const RETURN_MS = 30_000
/** Who sends a packet now and then is not silent all the time. */
const PAUSE_MS = 2000

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

function above({ threshold, clearThreshold }: AlertRule, value: number): Reading['verdict'] {
  if (value > threshold) return 'bad'
  return value <= clearThreshold ? 'good' : 'between'
}

function below({ threshold, clearThreshold }: AlertRule, value: number): Reading['verdict'] {
  if (value < threshold) return 'bad'
  return value >= clearThreshold ? 'good' : 'between'
}

/** Reads one stream with the eyes of one rule. */
export function read(rule: AlertRule, { streamKey, publisher, meters, nowMs }: Sight): Reading {
  if (rule.kind === 'offline') return { verdict: publisher === undefined ? 'bad' : 'good', value: null }
  if (publisher === undefined) return { verdict: nowMs < RETURN_MS ? 'between' : 'good', value: null }
  switch (rule.kind) {
    case 'bitrate_below': {
      const value = Math.round(publisher.rateKbps)
      return { verdict: below(rule, value), value }
    }
    case 'rtt_above': {
      // 0: not measured yet.
      if (publisher.rttMs <= 0) return { verdict: 'between', value: null }
      const value = rounded(publisher.rttMs, 1)
      return { verdict: above(rule, value), value }
    }
    case 'loss_above': {
      const percent = meters.lossPercent(streamKey)
      if (percent === undefined) return { verdict: 'between', value: null }
      const value = rounded(percent, 2)
      return { verdict: above(rule, value), value }
    }
    case 'stalled': {
      const silentMs = meters.silentMs(streamKey, nowMs)
      const value = Math.floor(silentMs / 1000)
      if (silentMs < Math.min(PAUSE_MS, rule.forS * 1000)) return { verdict: 'good', value }
      return { verdict: 'bad', value, sinceMs: nowMs - silentMs }
    }
  }
}
