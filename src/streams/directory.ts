import type { ConnectionStats, EngineEvent, EngineSnapshot } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'

export interface SnapshotSource {
  snapshot(): EngineSnapshot
}

export interface LiveCounts {
  publishers: number
  players: number
}

/** How old a snapshot may be when somebody reads it. */
const MAX_AGE_MS = 250

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
  #view: View | undefined

  constructor(source: SnapshotSource, clock: Pick<Clock, 'monotonicMs'>) {
    this.#source = source
    this.#clock = clock
  }

  /** Forgets the copy when the batch says that connections came or went. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      if (event.type === 'disconnected') this.#gone.add(event.connectionId)
      if (event.type === 'connected' || event.type === 'disconnected' || event.type === 'resync') {
        this.#view = undefined
      }
    }
  }

  /** The publisher of a stream; undefined: nobody publishes it. Throws ENGINE_STOPPED after the engine's end. */
  publisher(streamKey: string): ConnectionStats | undefined {
    return this.#current().publishers.get(streamKey)
  }

  /** Every live connection. */
  connections(): readonly ConnectionStats[] {
    return this.#current().connections
  }

  counts(): LiveCounts {
    const { connections } = this.#current()
    const publishers = connections.filter(({ role }) => role === 'publish').length
    return { publishers, players: connections.length - publishers }
  }

  #current(): View {
    const nowMs = this.#clock.monotonicMs()
    if (this.#view === undefined || nowMs - this.#view.takenAtMs >= MAX_AGE_MS) this.#view = this.#take(nowMs)
    return this.#view
  }

  #take(takenAtMs: number): View {
    const sampled = this.#source.snapshot().connections
    const connections = sampled.filter(({ connectionId }) => !this.#gone.has(connectionId))
    // IDs are never used twice: what the sample has dropped need not be remembered.
    this.#gone = new Set(sampled.map(({ connectionId }) => connectionId).filter(id => this.#gone.has(id)))
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
