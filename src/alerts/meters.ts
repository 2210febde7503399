import type { ConnectionStats } from '../engine/contract.ts'

const LOSS_WINDOW_MS = 10_000

interface Count {
  atMs: number
  lost: number
  /** What did not get lost for good, and what did. */
  sent: number
}

interface Meter {
  connectionId: number
  bytes: number
  /** When `bytes` last grew, or the publisher came. */
  grewAtMs: number
  /** One at or before the beginning of the window, and all since. */
  counts: Count[]
}

type Sample = Pick<ConnectionStats, 'connectionId' | 'bytes' | 'packets' | 'packetsLost' | 'packetsDropped'>

/** What takes more than one look at a publisher to tell. Its times are the caller's, and never go back. */
export class Meters {
  #meters = new Map<string, Meter>()

  /** Takes the live publishers by stream key. Whoever is not among them is forgotten. */
  update(publishers: ReadonlyMap<string, Sample>, nowMs: number): void {
    for (const streamKey of this.#meters.keys()) {
      if (!publishers.has(streamKey)) this.#meters.delete(streamKey)
    }
    for (const [streamKey, sample] of publishers) this.#take(streamKey, sample, nowMs)
  }

  /** How long a live publisher has sent nothing, in ms; 0 = nothing is known of it. */
  silentMs(streamKey: string, nowMs: number): number {
    return nowMs - (this.#meters.get(streamKey)?.grewAtMs ?? nowMs)
  }

  /** Losses in percent of what was sent in the last 10 s, 0…100; undefined: nothing was sent. */
  lossPercent(streamKey: string): number | undefined {
    const counts = this.#meters.get(streamKey)?.counts ?? []
    const [first, last] = [counts[0], counts.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const [lost, sent] = [last.lost - first.lost, last.sent - first.sent]
    if (sent <= 0) return lost > 0 ? 100 : undefined
    return Math.min(100, (Math.max(0, lost) / sent) * 100)
  }

  #take(streamKey: string, sample: Sample, nowMs: number): void {
    const { connectionId, bytes, packets, packetsLost, packetsDropped } = sample
    const count: Count = { atMs: nowMs, lost: packetsLost, sent: packets + packetsDropped }
    const meter = this.#meters.get(streamKey)
    if (meter === undefined || meter.connectionId !== connectionId) {
      this.#meters.set(streamKey, { connectionId, bytes, grewAtMs: nowMs, counts: [count] })
      return
    }
    if (bytes !== meter.bytes) meter.grewAtMs = nowMs
    meter.bytes = bytes
    meter.counts.push(count)
    while ((meter.counts[1]?.atMs ?? nowMs) <= nowMs - LOSS_WINDOW_MS) meter.counts.shift()
  }
}
