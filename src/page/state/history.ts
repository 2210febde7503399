import type { Session } from '../api/types.ts'

/** What a publisher's session was like at one moment. */
export interface Sample {
  atMs: number
  bitrateKbps: number
  rttMs: number
  /** Since the sample before. */
  lossPercent: number
  bufferMs: number
}

/** Five minutes at one sample every two seconds. */
const MOST_SAMPLES = 150

interface Kept {
  samples: Sample[]
  packets: number
  lost: number
}

const kept = new Map<number, Kept>()

/** In percent of what should have come since `before`; 0 when nothing came. */
function lossSince(before: Kept | undefined, { counters, loss_percent }: Session): number {
  if (before === undefined) return loss_percent
  const lost = counters.packets_lost - before.lost
  const expected = counters.packets - before.packets + lost
  return expected > 0 && lost > 0 ? Math.min(100, (100 * lost) / expected) : 0
}

/** Remembers what the sessions are like now, and forgets those that have ended. */
export function remember(sessions: readonly Session[], atMs: number): void {
  const seen = new Set(sessions.map(({ id }) => id))
  for (const id of kept.keys()) if (!seen.has(id)) kept.delete(id)
  for (const session of sessions) {
    const before = kept.get(session.id)
    const sample = {
      atMs,
      bitrateKbps: session.bitrate_kbps,
      rttMs: session.rtt_ms,
      lossPercent: lossSince(before, session),
      bufferMs: session.buffer_ms,
    }
    const samples = [...(before?.samples ?? []), sample].slice(-MOST_SAMPLES)
    kept.set(session.id, {
      samples,
      packets: session.counters.packets,
      lost: session.counters.packets_lost,
    })
  }
}

/** Oldest first; empty for a session that is not known. */
export const samplesOf = (sessionId: number): readonly Sample[] => kept.get(sessionId)?.samples ?? []

/** Of whoever was signed in before. */
export const forgetSamples = () => kept.clear()
