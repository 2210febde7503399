import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { maskId } from '../lib/mask.ts'
import type { EventSink } from './hub.ts'

export interface StallWatchOptions {
  sink: EventSink
  playersOf: (streamKey: string) => readonly string[]
  stallAfterS: () => number
  clock: Clock
}

interface Watched {
  lastDataAtMs: number
  bytes: number
  /** Monotonic: when data was last seen to flow. */
  flowedMs: number
  isStalled: boolean
}

/** Tells of publishers that are connected and send nothing, once, and when they send again. */
export class StallWatch {
  readonly #options: StallWatchOptions
  #watched = new Map<number, Watched>()

  constructor(options: StallWatchOptions) {
    this.#options = options
  }

  /** Each second, with the publishers that hold their streams. */
  check(publishers: readonly ConnectionStats[]): void {
    const nowMs = this.#options.clock.monotonicMs()
    const before = this.#watched
    // Whoever isn't here any more has ended, which is told elsewhere.
    this.#watched = new Map()
    for (const publisher of publishers) {
      const watched = before.get(publisher.connectionId) ?? firstSight(publisher, nowMs)
      this.#watched.set(publisher.connectionId, watched)
      this.#look(publisher, watched, nowMs)
    }
  }

  #look(publisher: ConnectionStats, watched: Watched, nowMs: number): void {
    const { lastDataAtMs, bytes } = publisher
    const silentMs = nowMs - watched.flowedMs
    if (lastDataAtMs !== watched.lastDataAtMs || bytes !== watched.bytes) {
      Object.assign(watched, { lastDataAtMs, bytes, flowedMs: nowMs })
      if (watched.isStalled) this.#tell('recovered', publisher, silentMs)
      watched.isStalled = false
    } else if (!watched.isStalled && silentMs >= this.#options.stallAfterS() * 1000) {
      watched.isStalled = true
      this.#tell('stalled', publisher, silentMs)
    }
  }

  #tell(type: 'stalled' | 'recovered', publisher: ConnectionStats, silentMs: number): void {
    const { streamId, streamKey, connectionId } = publisher
    const { sink, clock, playersOf } = this.#options
    sink.emit({
      ...{ atMs: clock.nowMs(), type, player: null, players: playersOf(streamKey), sessionId: connectionId },
      data: { publisher: maskId(streamId), silent_s: Math.floor(silentMs / 1000) },
    })
  }
}

/** By the engine's own times, which are of one clock; afterwards only by what is seen, since wall clocks jump. */
function firstSight(
  { lastDataAtMs, connectedAtMs, sampledAtMs, bytes }: ConnectionStats,
  nowMs: number,
): Watched {
  const silentMs = Math.max(0, sampledAtMs - (lastDataAtMs === 0 ? connectedAtMs : lastDataAtMs))
  return { lastDataAtMs, bytes, flowedMs: nowMs - silentMs, isStalled: false }
}
