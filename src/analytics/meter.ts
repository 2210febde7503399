import type { ConnectionStats, EngineEvent, Role } from '../engine/contract.ts'
import type { Sample, StreamSample } from '../store/samples.ts'
import { type Account, newAccount, toSample, totalOf } from './stream-account.ts'

/** A publisher younger than this waits for the next pass: a rate over less says nothing. */
const LEAST_SPAN_MS = 1000
/** More difference between the engine's clock and ours means that a clock was set. */
const CLOCK_TOLERANCE_MS = 1000
/** A connection may be missing from one snapshot and yet be there. */
const PASSES_UNTIL_GONE = 2

/** What was known of a connection the last time that it was counted. */
interface Seen {
  role: Role
  streamKey: string
  /** Monotonic. */
  atMs: number
  /** When the engine took the counters; Unix milliseconds. */
  sampledAtMs: number
  bytes: number
  packets: number
  packetsLost: number
  packetsDropped: number
  rttMs: number
  lastPass: number
}

export interface Measured {
  streams: StreamSample[]
  total: Sample
}

/**
 * Turns the counters of live connections, which count since their connect, into what each stream was like since the last
 * pass. Bytes are exact to the end of a session. Only what is live is kept in memory.
 */
export class Meter {
  readonly #seen = new Map<number, Seen>()
  /** Streams with sessions that have ended since the last pass. */
  #accounts = new Map<string, Account>()
  #lastPassMs: number
  #pass = 0

  /** `nowMs` is monotonic, here and below. */
  constructor(nowMs: number) {
    this.#lastPassMs = nowMs
  }

  /** Begins anew: what was before counts for nothing. */
  reset(nowMs: number): void {
    this.#seen.clear()
    this.#accounts.clear()
    this.#lastPassMs = nowMs
  }

  onEvents(batch: readonly EngineEvent[], nowMs: number): void {
    for (const event of batch) {
      if (event.type === 'connected') {
        const { connectionId, role, streamKey, atMs } = event
        this.#seen.set(connectionId, this.#begin({ role, streamKey, sampledAtMs: atMs }, nowMs))
      } else if (event.type === 'disconnected') {
        this.#end(event, nowMs)
      }
    }
  }

  /** How long it has been since the last pass. */
  elapsedMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#lastPassMs)
  }

  /** One pass over everybody who is live. `wallMs` is Unix time in milliseconds. */
  take(connections: readonly ConnectionStats[], nowMs: number, wallMs: number): Measured {
    const elapsedMs = this.elapsedMs(nowMs)
    this.#pass += 1
    for (const connection of connections) {
      const seen = this.#seenOf(connection, nowMs, elapsedMs)
      seen.lastPass = this.#pass
      if (connection.role === 'publish') this.#countPublisher(connection, seen, nowMs)
    }
    for (const connection of connections) if (connection.role === 'play') this.#countPlayer(connection, nowMs)
    this.#forgetGone()
    const accounts = [...this.#accounts.values()].filter(({ liveMs }) => liveMs > 0)
    this.#accounts = new Map()
    this.#lastPassMs = nowMs
    const mostMs = elapsedMs + LEAST_SPAN_MS
    const streams = accounts.map(account => toSample(account, mostMs, wallMs))
    return { streams, total: totalOf(streams) }
  }

  #begin(
    { role, streamKey, sampledAtMs }: Pick<Seen, 'role' | 'streamKey' | 'sampledAtMs'>,
    atMs: number,
  ): Seen {
    const counters = { bytes: 0, packets: 0, packetsLost: 0, packetsDropped: 0, rttMs: 0 }
    return { role, streamKey, sampledAtMs, atMs, ...counters, lastPass: this.#pass }
  }

  /** One whose beginning was not told counts from its connect if that was since the last pass, else from now. */
  #seenOf(connection: ConnectionStats, nowMs: number, elapsedMs: number): Seen {
    const { connectionId, connectedAtMs, sampledAtMs } = connection
    const known = this.#seen.get(connectionId)
    if (known !== undefined) return known
    const ageMs = Math.max(0, sampledAtMs - connectedAtMs)
    const begun = this.#begin({ ...connection, sampledAtMs: connectedAtMs }, nowMs - ageMs)
    const seen = ageMs <= elapsedMs ? begun : advanced(begun, connection, nowMs)
    this.#seen.set(connectionId, seen)
    return seen
  }

  #countPublisher(connection: ConnectionStats, seen: Seen, nowMs: number): void {
    const liveMs = nowMs - seen.atMs
    if (liveMs < LEAST_SPAN_MS) return
    const account = this.#account(seen.streamKey)
    // The engine's own times are more exact, as long as nobody sets the clock.
    const sampledMs = connection.sampledAtMs - seen.sampledAtMs
    const isTrusted = sampledMs > 0 && Math.abs(sampledMs - liveMs) <= CLOCK_TOLERANCE_MS
    account.liveMs += liveMs
    account.spanMs += isTrusted ? sampledMs : liveMs
    account.bytesIn += growth(connection.bytes, seen.bytes)
    account.packets += growth(connection.packets, seen.packets)
    account.packetsLost += growth(connection.packetsLost, seen.packetsLost)
    account.packetsDropped += growth(connection.packetsDropped, seen.packetsDropped)
    account.rttMs = connection.rttMs
    account.bufferMs = connection.bufferMs
    advanced(seen, connection, nowMs)
  }

  /** What went out while nobody was publishing is counted when somebody is again. */
  #countPlayer(connection: ConnectionStats, nowMs: number): void {
    const seen = this.#seen.get(connection.connectionId)
    const account = this.#accounts.get(connection.streamKey)
    if (seen === undefined || account === undefined || account.liveMs <= 0) return
    account.players += 1
    account.bytesOut += growth(connection.bytes, seen.bytes)
    advanced(seen, connection, nowMs)
  }

  #end(event: Extract<EngineEvent, { type: 'disconnected' }>, nowMs: number): void {
    const seen = this.#seen.get(event.connectionId)
    if (seen === undefined) return
    this.#seen.delete(event.connectionId)
    const account = this.#account(seen.streamKey)
    if (seen.role === 'play') {
      account.bytesOut += growth(event.bytes, seen.bytes)
      return
    }
    const liveMs = Math.max(0, Math.min(event.durationMs, nowMs - seen.atMs))
    account.liveMs += liveMs
    account.spanMs += liveMs
    account.bytesIn += growth(event.bytes, seen.bytes)
    if (account.rttMs === 0) account.rttMs = seen.rttMs
  }

  #account(streamKey: string): Account {
    const known = this.#accounts.get(streamKey)
    if (known !== undefined) return known
    const account = newAccount(streamKey)
    this.#accounts.set(streamKey, account)
    return account
  }

  #forgetGone(): void {
    for (const [id, { lastPass }] of this.#seen)
      if (this.#pass - lastPass >= PASSES_UNTIL_GONE) this.#seen.delete(id)
  }
}

const growth = (now: number, before: number) => Math.max(0, now - before)

function advanced(seen: Seen, connection: ConnectionStats, nowMs: number): Seen {
  const { sampledAtMs, bytes, packets, packetsLost, packetsDropped, rttMs } = connection
  return Object.assign(seen, {
    atMs: nowMs,
    ...{ sampledAtMs, bytes, packets, packetsLost, packetsDropped, rttMs },
  })
}
