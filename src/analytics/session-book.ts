import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ConnectionIdentity, ConnectionStats, EngineEvent } from '../engine/contract.ts'
import { splitPeer } from '../lib/peer-address.ts'
import type { PastSessions, SessionProgress, SessionRecord } from '../store/past-sessions.ts'

const ROWS_PER_STATEMENT = 200
/** Sessions that have ended and can't be written; more are lost. */
const MOST_WAITING = 10_000
const PASSES_UNTIL_GONE = 2

export interface SessionBookOptions {
  store: Pick<PastSessions, 'put' | 'progress'>
  /** Of this run of the server. */
  runId: string
  encryptionOf: (connection: Pick<ConnectionIdentity, 'encrypted' | 'keyLengthBytes'>) => string
}

interface OpenSession {
  readonly record: SessionRecord
  /** Monotonic. */
  readonly startedMonoMs: number
  missedPasses: number
}

/** Keeps past_sessions equal to who was and is connected. What it holds in memory is who is live, and what waits. */
export class SessionBook {
  readonly #options: SessionBookOptions
  readonly #open = new Map<number, OpenSession>()
  /** Open, and not in the database. */
  readonly #fresh = new Set<number>()
  #ended: SessionRecord[] = []
  #lostCount = 0
  /** There may be connections whose beginning was not told. */
  #isUnsure = true
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionBookOptions) {
    this.#options = options
  }

  get hasWaiting(): boolean {
    return this.#fresh.size + this.#ended.length > 0
  }

  /** Forgets everything, as at the start. */
  reset(): void {
    this.#open.clear()
    this.#fresh.clear()
    this.#ended = []
    this.#isUnsure = true
  }

  /** `nowMs` is monotonic, here and below. */
  onEvents(batch: readonly EngineEvent[], nowMs: number): void {
    for (const event of batch) {
      if (event.type === 'connected') this.#begin(event, event.atMs, nowMs)
      else if (event.type === 'disconnected') this.#end(event)
      else if (event.type === 'resync') this.#isUnsure = true
    }
  }

  /** Writes what has begun and ended. Throws STORE_UNAVAILABLE; then the rest waits for the next time. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#flush())
  }

  /** How far everybody is who is live; sessions whose end was lost are ended. Throws STORE_UNAVAILABLE. */
  pass(connections: readonly ConnectionStats[], nowMs: number): Promise<void> {
    const progress = connections.flatMap(connection => this.#see(connection, nowMs))
    this.#isUnsure = false
    this.#endMissing(connections)
    return this.#inTurn(async () => {
      await this.#flush()
      for (let i = 0; i < progress.length; i += ROWS_PER_STATEMENT) {
        await this.#options.store.progress(this.#options.runId, progress.slice(i, i + ROWS_PER_STATEMENT))
        await nextTurn()
      }
    })
  }

  /** Sessions that are lost since the last question: the database could not be written for too long. */
  takeLostCount(): number {
    const count = this.#lostCount
    this.#lostCount = 0
    return count
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(task)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #flush(): Promise<void> {
    const fresh = [...this.#fresh].flatMap(id => this.#open.get(id)?.record ?? [])
    const ended = this.#ended
    const records = [...fresh, ...ended].sort((one, other) => one.connectionId - other.connectionId)
    for (let i = 0; i < records.length; i += ROWS_PER_STATEMENT) {
      const some = records.slice(i, i + ROWS_PER_STATEMENT)
      const gone = new Set(some.filter(({ endedMs }) => endedMs !== null))
      await this.#options.store.put(this.#options.runId, some)
      for (const { connectionId } of some) this.#fresh.delete(connectionId)
      this.#ended = this.#ended.filter(record => !gone.has(record))
      await nextTurn()
    }
  }

  #begin(connection: ConnectionIdentity, startedMs: number, startedMonoMs: number): void {
    const { connectionId, role, streamId, streamKey, peer, latencyMs, srtVersion } = connection
    if (this.#open.has(connectionId)) return
    const record: SessionRecord = {
      connectionId,
      role: role === 'play' ? 'player' : 'publisher',
      streamKey,
      player: role === 'play' ? streamId : null,
      address: splitPeer(peer).ip,
      srtVersion,
      encryption: this.#options.encryptionOf(connection),
      latencyMs: Math.round(latencyMs),
      startedMs: Math.round(startedMs),
      lastSeenMs: Math.round(startedMs),
      ...{ endedMs: null, reason: null, bytes: 0 },
    }
    this.#open.set(connectionId, { record, startedMonoMs, missedPasses: 0 })
    this.#fresh.add(connectionId)
  }

  #end({ connectionId, reason, durationMs, bytes }: Extract<EngineEvent, { type: 'disconnected' }>): void {
    const session = this.#open.get(connectionId)
    if (session === undefined) return
    this.#close(session, { endedMs: session.record.startedMs + Math.round(durationMs), reason, bytes })
  }

  #close({ record }: OpenSession, end: Pick<SessionRecord, 'endedMs' | 'reason' | 'bytes'>): void {
    Object.assign(record, end, { lastSeenMs: end.endedMs })
    this.#open.delete(record.connectionId)
    this.#fresh.delete(record.connectionId)
    if (this.#ended.length < MOST_WAITING) this.#ended.push(record)
    else this.#lostCount += 1
  }

  #see(connection: ConnectionStats, nowMs: number): SessionProgress[] {
    const { connectionId, connectedAtMs, sampledAtMs, bytes } = connection
    if (this.#isUnsure) {
      this.#begin(connection, connectedAtMs, nowMs - Math.max(0, sampledAtMs - connectedAtMs))
    }
    const session = this.#open.get(connectionId)
    if (session === undefined) return []
    const { record, startedMonoMs } = session
    session.missedPasses = 0
    // Not the wall clock, which may have been set since.
    record.lastSeenMs = record.startedMs + Math.round(nowMs - startedMonoMs)
    record.bytes = bytes
    if (this.#fresh.has(connectionId)) return []
    return [{ connectionId, lastSeenMs: record.lastSeenMs, bytes }]
  }

  #endMissing(connections: readonly ConnectionStats[]): void {
    if (this.#open.size <= connections.length && connections.every(each => this.#open.has(each.connectionId)))
      return
    const live = new Set(connections.map(({ connectionId }) => connectionId))
    for (const session of this.#open.values()) {
      const { record } = session
      if (live.has(record.connectionId)) continue
      session.missedPasses += 1
      if (session.missedPasses < PASSES_UNTIL_GONE) continue
      this.#close(session, { endedMs: record.lastSeenMs, reason: 'unknown', bytes: record.bytes })
    }
  }
}
