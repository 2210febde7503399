import { type EngineEvent, REFUSE_CODES, type RefuseReason, type Role } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { maskId } from '../lib/mask.ts'
import { splitPeer } from '../lib/peer-address.ts'
import type { EventSink } from './hub.ts'

export type RefusedEvent = Extract<EngineEvent, { type: 'refused' }>

/** What the sentence depends on. */
export interface RefusalFacts {
  role: Role
  /** Null: not known. */
  latencyMs: number | null
  encryption: 'unknown' | 'none' | 'encrypted'
}

export interface RefusalEventsOptions {
  sink: EventSink
  playersOf: (streamKey: string) => readonly string[]
  /** The stream that a player's stream ID plays; undefined: nobody knows it. */
  streamOf: (player: string) => string | undefined
  roleOf: (listener: string) => Role
  /** Cause and mend in one sentence. */
  sentenceOf: (reason: RefuseReason, facts: RefusalFacts) => string
  clock: Pick<Clock, 'monotonicMs'>
}

const EVENTS_PER_SECOND = 20

interface Sum {
  count: number
  last: RefusedEvent
}

/** Tells of refused connections; of a flood only how many there were for each reason. */
export class RefusalEvents {
  readonly #options: RefusalEventsOptions
  #windowStartMs = Number.NEGATIVE_INFINITY
  #toldCount = 0
  #sums = new Map<RefuseReason, Sum>()

  constructor(options: RefusalEventsOptions) {
    this.#options = options
  }

  onEvent(event: RefusedEvent): void {
    this.check()
    this.#toldCount += 1
    if (this.#toldCount <= EVENTS_PER_SECOND) {
      this.#tell(event)
      return
    }
    const count = (this.#sums.get(event.reason)?.count ?? 0) + event.count
    this.#sums.set(event.reason, { count, last: event })
  }

  /** Each second: tells what was summed up in the one before. */
  check(): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs - this.#windowStartMs < 1000) return
    this.#windowStartMs = nowMs
    this.#toldCount = 0
    this.flush()
  }

  /** Tells what was summed up. */
  flush(): void {
    const sums = this.#sums
    this.#sums = new Map()
    for (const { count, last } of sums.values()) {
      const facts = { ...this.#factsOf(last), latencyMs: null, encryption: 'unknown' as const }
      const many = { role: null, stream_id: null, address: null }
      this.#emit(
        last,
        { ...many, ...this.#reasonOf(last.reason, facts), count },
        { player: null, players: [] },
      )
    }
  }

  #tell(event: RefusedEvent): void {
    const facts = this.#factsOf(event)
    const { ip } = splitPeer(event.lastPeer)
    const role = facts.role === 'publish' ? 'publisher' : 'player'
    const { count, lastStreamId } = event
    const one = { role, stream_id: maskId(lastStreamId), address: ip }
    const about = this.#aboutWhom(lastStreamId, facts.role)
    this.#emit(event, { ...one, ...this.#reasonOf(event.reason, facts), count }, about)
  }

  #factsOf({ listener, latencyMs, encryption }: RefusedEvent): RefusalFacts {
    return { role: this.#options.roleOf(listener), latencyMs: latencyMs < 0 ? null : latencyMs, encryption }
  }

  #reasonOf(reason: RefuseReason, facts: RefusalFacts) {
    return { code: reason, srt_code: REFUSE_CODES[reason], reason: this.#options.sentenceOf(reason, facts) }
  }

  /** What a stranger sent is in the event only where it is a player's stream ID that exists. */
  #aboutWhom(streamId: string, role: Role): { player: string | null; players: readonly string[] } {
    const { playersOf, streamOf } = this.#options
    const streamKey = role === 'play' ? streamOf(streamId) : undefined
    if (streamKey === undefined) return { player: null, players: playersOf(streamId) }
    const players = playersOf(streamKey)
    return { player: streamId, players: players.includes(streamId) ? players : [...players, streamId] }
  }

  #emit(
    { atMs }: RefusedEvent,
    data: Record<string, unknown>,
    about: { player: string | null; players: readonly string[] },
  ): void {
    this.#options.sink.emit({ atMs, type: 'refused', ...about, sessionId: null, data })
  }
}
