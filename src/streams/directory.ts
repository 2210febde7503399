import type { ConnectionIdentity, ConnectionStats, EngineEvent, EngineSnapshot } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'

export interface SnapshotSource {
  snapshot(): EngineSnapshot
}

export interface LiveCounts {
  publishers: number
  players: number
}

/** How old a snapshot may be when somebody reads it. */
const MAX_AGE_MS = 250
/** Perhaps nobody reads for weeks; more are compared with the sample all the same. */
const MOST_GONE = 10_000

interface View {
  takenAtMs: number
  connections: readonly ConnectionStats[]
  publishers: ReadonlyMap<string, ConnectionStats>
}

/** What is live. One copy of the engine's snapshot, indexed once, serves all readers of a quarter second. */
export class Directory {
  readonly #source: SnapshotSource
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Reported as gone, but perhaps still in the workers' last sample. */
  #gone = new Set<number>()
  /** Reported as connected, but perhaps not yet in the workers' last sample. */
  readonly #fresh = new Map<number, ConnectionStats>()
  #mostGone = MOST_GONE
  #view: View | undefined

  constructor(source: SnapshotSource, clock: Pick<Clock, 'monotonicMs'>) {
    this.#source = source
    this.#clock = clock
  }

  /** Connections that came or went count at once, whatever the last sample says. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) this.#onEvent(event)
    if (this.#gone.size > this.#mostGone) this.#forgetGone()
  }

  /** The publisher of a stream; undefined: nobody publishes it. Throws ENGINE_STOPPED after the engine's end. */
  publisher(streamKey: string): ConnectionStats | undefined {
    return this.#current().publishers.get(streamKey)
  }

  /** Every live connection: whoever was reported as connected and not yet as gone is here at once. */
  connections(): readonly ConnectionStats[] {
    return this.#current().connections
  }

  counts(): LiveCounts {
    const { connections } = this.#current()
    const publishers = connections.filter(({ role }) => role === 'publish').length
    return { publishers, players: connections.length - publishers }
  }

  #onEvent(event: EngineEvent): void {
    if (event.type === 'connected') {
      this.#fresh.set(event.connectionId, withoutTraffic(event, event.atMs))
    } else if (event.type === 'disconnected') {
      this.#fresh.delete(event.connectionId)
      this.#gone.add(event.connectionId)
    } else if (event.type === 'resync') {
      // The end of one of them may be among what was lost; the snapshot knows.
      this.#fresh.clear()
    } else {
      return
    }
    this.#view = undefined
  }

  #forgetGone(): void {
    try {
      this.#current()
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'ENGINE_STOPPED') throw error
      // Nobody can ask any more.
      this.#gone.clear()
    }
    this.#mostGone = Math.max(MOST_GONE, 2 * this.#gone.size)
  }

  #current(): View {
    const nowMs = this.#clock.monotonicMs()
    if (this.#view === undefined || nowMs - this.#view.takenAtMs >= MAX_AGE_MS) this.#view = this.#take(nowMs)
    return this.#view
  }

  #take(takenAtMs: number): View {
    const sampled = this.#source.snapshot().connections
    const ids = new Set(sampled.map(({ connectionId }) => connectionId))
    // IDs are never used twice: each side is remembered only until the sample agrees.
    this.#gone = new Set([...this.#gone].filter(id => ids.has(id)))
    for (const id of ids) this.#fresh.delete(id)
    const known = sampled.filter(({ connectionId }) => !this.#gone.has(connectionId))
    const connections = [...known, ...this.#fresh.values()]
    return { takenAtMs, connections, publishers: publishersOf(connections) }
  }
}

/** During a takeover a stream has two for a moment; the newcomer counts. */
function publishersOf(connections: readonly ConnectionStats[]): Map<string, ConnectionStats> {
  const publishers = new Map<string, ConnectionStats>()
  for (const connection of connections) {
    if (connection.role !== 'publish') continue
    const other = publishers.get(connection.streamKey)
    if (other === undefined || other.connectionId < connection.connectionId) {
      publishers.set(connection.streamKey, connection)
    }
  }
  return publishers
}

function withoutTraffic(event: ConnectionIdentity, atMs: number): ConnectionStats {
  const { connectionId, listener, role, streamId, streamKey, peer, latencyMs, srtVersion } = event
  const { encrypted, keyLengthBytes, tokenId, tokenMaxUses, tokenExpiresAtS } = event
  return {
    ...{ connectionId, listener, role, streamId, streamKey, peer, latencyMs, srtVersion },
    ...{ encrypted, keyLengthBytes, tokenId, tokenMaxUses, tokenExpiresAtS },
    ...{ connectedAtMs: atMs, sampledAtMs: atMs, lastDataAtMs: 0 },
    ...{ rttMs: 0, bufferMs: 0, rateKbps: 0, bandwidthMbps: 0 },
    ...{ bytes: 0, packets: 0, wireBytes: 0, packetsLost: 0, bytesLost: 0 },
    ...{ packetsDropped: 0, bytesDropped: 0, packetsRetransmitted: 0, packetsDuplicate: 0 },
    ...{ packetsBelated: 0, packetsUndecrypted: 0, ringOverruns: 0, ringBacklogBytes: 0 },
  }
}
