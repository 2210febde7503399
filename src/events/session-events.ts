import type { ConnectionIdentity, ConnectionStats, EngineEvent } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { maskId } from '../lib/mask.ts'
import { splitPeer } from '../lib/peer-address.ts'
import type { EventSink } from './hub.ts'
import { type LiveSession, LiveSessions } from './live-sessions.ts'

export interface SessionEventsOptions {
  sink: EventSink
  /** From memory. */
  playersOf: (streamKey: string) => readonly string[]
  encryptionOf: (identity: ConnectionIdentity) => string
  clock: Clock
}

/** Looks at the live state after events were lost: long enough for the workers' samples to have been renewed. */
const CHECKS_AFTER_LOSS = 5
/** Why a session ended whose end was lost. */
const UNKNOWN_REASON = 'unknown'

interface End {
  atMs: number
  reason: string
  durationMs: number
  bytes: number
}

/** Tells of publishers and players that come and go: each once, whatever the engine had to leave out. */
export class SessionEvents {
  readonly #options: SessionEventsOptions
  readonly #live = new LiveSessions()
  #checksLeft = 0
  /** What the last check found, and the next one has to find again. */
  #suspects = new Set<number>()

  constructor(options: SessionEventsOptions) {
    this.#options = options
  }

  onEvent(event: EngineEvent): void {
    if (event.type === 'connected') {
      this.#begin(event, event.atMs)
    } else if (event.type === 'disconnected') {
      const session = this.#live.get(event.connectionId)
      // One that was told already, was parked, or never got so far.
      if (session !== undefined) this.#end(session, event)
    } else if (event.type === 'resync') {
      this.#checksLeft = CHECKS_AFTER_LOSS
    }
  }

  /** Whether it is a publisher that holds its stream, and has been told. */
  isOnAir(connectionId: number): boolean {
    const session = this.#live.get(connectionId)
    return session !== undefined && this.#live.counts(session)
  }

  /** Each second, with whoever is live: makes up for lost events. */
  check(connections: readonly ConnectionStats[]): void {
    for (const { connectionId, bytes } of connections) {
      const session = this.#live.get(connectionId)
      if (session !== undefined) session.bytes = bytes
    }
    if (this.#checksLeft === 0) return
    this.#checksLeft -= 1
    this.#compare(connections)
    if (this.#checksLeft === 0) this.#suspects.clear()
  }

  /** What differs twice is a loss: once may be an event, or a sample, that is still on its way. */
  #compare(connections: readonly ConnectionStats[]): void {
    const present = new Map(connections.map(connection => [connection.connectionId, connection]))
    const missing = this.#live.ids().filter(id => !present.has(id))
    const unknown = [...present.keys()].filter(id => this.#live.get(id) === undefined)
    const before = this.#suspects
    this.#suspects = new Set([...missing, ...unknown].filter(id => !before.has(id)))
    const { clock } = this.#options
    for (const id of missing.filter(each => before.has(each))) {
      const session = this.#live.get(id)
      if (session === undefined) continue
      const durationMs = clock.monotonicMs() - session.sinceMs
      this.#end(session, { atMs: clock.nowMs(), reason: UNKNOWN_REASON, durationMs, bytes: session.bytes })
    }
    for (const id of unknown.filter(each => before.has(each)).sort((one, other) => one - other)) {
      const connection = present.get(id)
      if (connection !== undefined) this.#begin(connection, connection.connectedAtMs)
    }
  }

  #begin(identity: ConnectionIdentity, atMs: number): void {
    const { clock, playersOf } = this.#options
    const ageMs = Math.max(0, clock.nowMs() - atMs)
    const players = playersOf(identity.streamKey)
    const session = { identity, sinceMs: clock.monotonicMs() - ageMs, players, bytes: 0 }
    if (this.#live.add(session) && this.#live.counts(session)) this.#tellBegin(session, atMs)
  }

  #end(session: LiveSession, end: End): void {
    const wasTold = this.#live.counts(session)
    const successor = this.#live.remove(session)
    if (wasTold) this.#tellEnd(session, end)
    // Only now it is the publisher of the stream.
    if (successor !== undefined) this.#tellBegin(successor, end.atMs)
  }

  #tellBegin(session: LiveSession, atMs: number): void {
    const { role, latencyMs } = session.identity
    const type = role === 'publish' ? 'publish' : 'play'
    this.#emit(session, { type, atMs, data: { ...this.#peerOf(session), latency_ms: latencyMs } })
  }

  #tellEnd(session: LiveSession, { atMs, reason, durationMs, bytes }: End): void {
    const { role } = session.identity
    const type = role === 'publish' ? 'unpublish' : 'stop'
    const durationS = Math.max(0, Math.floor(durationMs / 1000))
    this.#emit(session, {
      type,
      atMs,
      data: { ...this.#peerOf(session), reason, duration_s: durationS, bytes },
    })
  }

  #peerOf({ identity }: LiveSession): Record<string, unknown> {
    const { role, streamId, peer, srtVersion } = identity
    return {
      ...(role === 'publish' ? { publisher: maskId(streamId) } : {}),
      address: splitPeer(peer).ip,
      srt_version: srtVersion,
      encryption: this.#options.encryptionOf(identity),
    }
  }

  #emit(
    { identity, players: former }: LiveSession,
    { type, atMs, data }: { type: string; atMs: number; data: Record<string, unknown> },
  ): void {
    const { role, streamId, streamKey, connectionId } = identity
    const player = role === 'play' ? streamId : null
    const now = this.#options.playersOf(streamKey)
    // Of a stream that was removed under its sessions nobody knows the players any more.
    const known = now.length > 0 ? now : former
    const players = player === null || known.includes(player) ? known : [...known, player]
    this.#options.sink.emit({ atMs, type, player, players, sessionId: connectionId, data })
  }
}
