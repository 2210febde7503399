import { onTestFinished } from 'vitest'
import { Analytics } from '../../../src/analytics/analytics.ts'
import type { ConnectionStats, EngineEvent } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { measuredStreams } from '../../../src/store/measured-streams.ts'
import { pastSessions } from '../../../src/store/past-sessions.ts'
import { type Samples, samples } from '../../../src/store/samples.ts'
import { encryptionOf } from '../../../src/streams/sessions.ts'
import { MemoryLog, TestClock } from '../../support/build.ts'
import { identity, sample } from '../streams/samples.ts'

type Untold<Event> = Event extends EngineEvent ? Omit<Event, 'seq' | 'atMs'> : never

/** Live connections that are moved by hand, and what is told of them. */
export class Traffic {
  readonly clock: TestClock
  readonly live = new Map<number, ConnectionStats>()
  readonly waiting: EngineEvent[] = []
  isStopped = false
  #seq = 0
  #lastId = 0

  constructor(clock: TestClock) {
    this.clock = clock
  }

  connect(streamKey: string, changes: Partial<ConnectionStats> = {}): number {
    this.#lastId += 1
    const atMs = this.clock.nowMs()
    const who = identity({ connectionId: this.#lastId, streamId: streamKey, streamKey, ...changes })
    const none = { bytes: 0, packets: 0, packetsLost: 0, packetsDropped: 0, packetsRetransmitted: 0 }
    const now = { connectedAtMs: atMs, sampledAtMs: atMs, rttMs: 40, bufferMs: 900, ...none }
    this.live.set(this.#lastId, { ...sample(), ...who, ...now, ...changes })
    this.#tell({ type: 'connected', ...who })
    return this.#lastId
  }

  play(streamKey: string, player: string): number {
    return this.connect(streamKey, { role: 'play', streamId: player })
  }

  /** Time passes with this much through each connection a second. */
  run(ms: number, perSecond: (connection: ConnectionStats) => Partial<ConnectionStats> = steady): void {
    this.clock.advance(ms)
    for (const connection of this.live.values()) {
      for (const [name, value] of Object.entries(perSecond(connection))) {
        const before = Reflect.get(connection, name)
        Reflect.set(connection, name, Number(before) + (Number(value) * ms) / 1000)
      }
      connection.sampledAtMs += ms
    }
  }

  disconnect(connectionId: number, durationMs: number): void {
    const bytes = this.live.get(connectionId)?.bytes ?? 0
    this.live.delete(connectionId)
    this.#tell({ type: 'disconnected', connectionId, reason: 'peer', durationMs, bytes })
  }

  resync(): void {
    this.#tell({ type: 'resync' })
  }

  connections(): ConnectionStats[] {
    if (this.isStopped) throw new AppError('ENGINE_STOPPED', 'stopped')
    return [...this.live.values()].map(connection => ({ ...connection }))
  }

  #tell(event: Untold<EngineEvent>): void {
    this.#seq += 1
    // The rest of the fields is what the type says.
    this.waiting.push({ ...event, seq: this.#seq, atMs: this.clock.nowMs() } as EngineEvent)
  }
}

/** 4 Mbit/s in packets of 1250 bytes. */
export const steady = () => ({ bytes: 500_000, packets: 400 })

export interface World {
  clock: TestClock
  traffic: Traffic
  database: Database
  samples: Samples
  sessions: ReturnType<typeof pastSessions>
  streams: ReturnType<typeof measuredStreams>
  analytics: Analytics
  log: MemoryLog
  settings: { isOn: boolean; retentionDays: number }
  /** Hands over the events that wait. */
  tell(): void
  /** Ten seconds of traffic, and then a sample. */
  sample(perSecond?: (connection: ConnectionStats) => Partial<ConnectionStats>): Promise<void>
}

/** The recorder on a database, a clock and connections that a test moves. Closed after the test. */
export async function buildWorld(path = ':memory:', clock = new TestClock()): Promise<World> {
  const log = new MemoryLog()
  const database = await openDatabase({ path })
  const traffic = new Traffic(clock)
  const settings = { isOn: true, retentionDays: 400 }
  const tables = {
    samples: samples(database),
    sessions: pastSessions(database),
    streams: measuredStreams(database),
  }
  const analytics = new Analytics({
    isOn: () => settings.isOn,
    retentionDays: () => settings.retentionDays,
    connections: () => traffic.connections(),
    ...tables,
    ...{ encryptionOf, clock, log: log.logger },
  })
  onTestFinished(async () => {
    await analytics.stop()
    await database.close()
  })
  const tell = () => analytics.onEvents(traffic.waiting.splice(0))
  const takeSample: World['sample'] = async perSecond => {
    tell()
    traffic.run(10_000, perSecond)
    tell()
    await analytics.tick()
  }
  return { clock, traffic, database, ...tables, analytics, log, settings, tell, sample: takeSample }
}
