import {
  type EngineEvent,
  type EngineSpec,
  type ListenerSpec,
  type NativeEngine,
  REFUSE_CODES,
  type Role,
  type Route,
  type RouteRules,
  type Transport,
} from '../../src/engine/contract.ts'
import { loadAddon } from '../../src/engine/native.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { listenerSpec, ENGINE_SPEC as USUAL_SPEC } from '../support/build.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import type { FakeConnectResult } from '../support/fake-peer.ts'
import { freeUdpPort } from '../support/ports.ts'
import { type Peer, play, publish } from '../support/srt-peers.ts'

/** Small and quick, so that limits are met and waiting is short; the relay mode is the transport's own. */
export const engineSpec = (transport: Transport, changes: Partial<EngineSpec> = {}): EngineSpec => ({
  ...USUAL_SPEC,
  transport,
  relayMode: transport === 'direct' ? 'cut_through' : 'timed',
  workerCount: 2,
  maxConnections: MAX_CONNECTIONS,
  snapshotIntervalMs: 50,
  ...changes,
})

export const MAX_CONNECTIONS = 4

/** The tree of a sanitizer build: only the addon is of interest then. Undefined: the addon as built. */
export const ADDON_ROOT = process.env['SLS_TEST_ADDON_ROOT']

export const testAddon = () => loadAddon(ADDON_ROOT)

/** A client of the engine under test, whatever carries it. */
export interface Client {
  /** What the peer was told; undefined: it is connected. */
  rejectCode: number | undefined
  /** Ends without a word, as a crash does. */
  close(): Promise<void>
  isGone(): boolean
}

export interface ClientOptions {
  /** Default: none. */
  passphrase?: string
  latencyMs?: number
  /** Payload of a publisher. */
  rateKbps?: number
}

const DEFAULTS = { passphrase: '', latencyMs: 60, rateKbps: 1000 } as const

/** Shorter than the native engine's: it is waited for at every refusal. */
const FAKE_REPORT_INTERVAL_MS = 50

/** How often a fake publisher delivers. */
const FEED_INTERVAL_MS = 20

/** One engine with one publisher port and one player port, and the means to connect to them. */
export interface Driver {
  engine: NativeEngine
  /** Whether a refusal tells what the peer asked for: libsrt shows it to nobody before it lets the peer in. */
  isAskingKnown: boolean
  events: EngineEvent[]
  publishSpec: ListenerSpec
  playSpec: ListenerSpec
  connect(role: Role, streamId: string, options?: ClientOptions): Promise<Client>
  /** The publisher's silence begins, or ends. */
  silence(client: Client, isSilent: boolean): Promise<void>
  end(): Promise<void>
}

/** Short times, so that what they end can be waited for. */
export const listener = (role: Role, port: number): ListenerSpec =>
  listenerSpec(role, port, { lingerMs: 1000, takeoverAfterMs: 500, approvalTimeoutMs: 2000 })

async function specs(): Promise<{ publishSpec: ListenerSpec; playSpec: ListenerSpec }> {
  const [publishPort, playPort] = [await freeUdpPort(), await freeUdpPort()]
  return { publishSpec: listener('publish', publishPort), playSpec: listener('play', playPort) }
}

/** The pair of cam and view, both with these rules. */
export const ruledCam = (rules: Partial<RouteRules> = {}): Route[] => {
  const all = {
    passphrase: '',
    networks: [],
    maxPlayers: 0,
    maxRateKbps: 0,
    rateGraceMs: 0,
    tokenSubject: '',
    isTokenRequired: false,
    tokensNotBeforeS: 0,
    ...rules,
  }
  return [
    { role: 'publish', streamId: 'cam', streamKey: 'cam', rules: all },
    { role: 'play', streamId: 'view', streamKey: 'cam', rules: all },
  ]
}

class NativeClient implements Client {
  readonly peer: Peer
  rejectCode: number | undefined
  constructor(peer: Peer) {
    this.peer = peer
  }
  isGone(): boolean {
    return this.peer.events.some(event => event.event === 'broken' || event.event === 'done')
  }
  async close(): Promise<void> {
    await this.peer.stop()
  }
}

async function connectNative(
  driver: Driver,
  role: Role,
  streamId: string,
  wishes: ClientOptions = {},
): Promise<NativeClient> {
  const port = role === 'publish' ? driver.publishSpec.port : driver.playSpec.port
  const { passphrase, ...rest } = { ...DEFAULTS, ...wishes }
  const options = { port, streamId, ...rest, ...(passphrase === '' ? {} : { passphrase }) }
  const peer = role === 'publish' ? publish(options) : play(options)
  const client = new NativeClient(peer)
  const first = await peer.waitForAny(['connected', 'refused'])
  if (first.event === 'refused') client.rejectCode = first.reject
  return client
}

export async function nativeDriver(transport: Transport): Promise<Driver> {
  const events: EngineEvent[] = []
  const engine = testAddon().createEngine(engineSpec(transport), batch => events.push(...batch))
  const clients: NativeClient[] = []
  const driver: Driver = {
    engine,
    isAskingKnown: transport === 'direct',
    events,
    ...(await specs()),
    async connect(role, streamId, options) {
      const client = await connectNative(driver, role, streamId, options)
      clients.push(client)
      return client
    },
    async silence(client, isSilent) {
      if (!(client instanceof NativeClient)) throw new Error('not a client of this driver')
      if (isSilent) client.peer.sigstop()
      else client.peer.sigcont()
    },
    async end() {
      await engine.stop()
      await Promise.all(clients.map(client => client.close()))
    },
  }
  return driver
}

class FakeClient implements Client {
  readonly connectionId: number | undefined
  readonly rejectCode: number | undefined
  readonly #engine: FakeEngine
  readonly #rateKbps: number
  #feeding: NodeJS.Timeout | undefined

  constructor(engine: FakeEngine, result: FakeConnectResult, role: Role, rateKbps: number) {
    this.#engine = engine
    this.#rateKbps = rateKbps
    this.rejectCode = 'refused' in result ? REFUSE_CODES[result.refused] : undefined
    this.connectionId = 'connectionId' in result ? result.connectionId : undefined
    if (role === 'publish') this.silence(false)
  }

  isGone(): boolean {
    return this.connectionId === undefined || !this.#engine.isConnected(this.connectionId)
  }

  silence(isSilent: boolean): void {
    clearInterval(this.#feeding)
    if (isSilent) return
    const bytes = (this.#rateKbps * FEED_INTERVAL_MS) / 8
    this.#feeding = setInterval(() => {
      if (this.connectionId === undefined || this.isGone()) return
      this.#engine.feed(this.connectionId, { bytes, packets: 1 })
    }, FEED_INTERVAL_MS).unref()
  }

  async close(): Promise<void> {
    this.silence(true)
    if (this.connectionId !== undefined && !this.isGone()) this.#engine.disconnect(this.connectionId)
  }
}

export async function fakeDriver(): Promise<Driver> {
  const events: EngineEvent[] = []
  const onEvents = (batch: EngineEvent[]) => void events.push(...batch)
  const engine = new FakeEngine(engineSpec('libsrt'), onEvents, systemClock, FAKE_REPORT_INTERVAL_MS)
  const clients: FakeClient[] = []
  const driver: Driver = {
    engine,
    isAskingKnown: false,
    events,
    ...(await specs()),
    async connect(role, streamId, options) {
      const { name } = role === 'publish' ? driver.publishSpec : driver.playSpec
      const { passphrase, latencyMs, rateKbps } = { ...DEFAULTS, ...options }
      const result = engine.connect({ listener: name, streamId, latencyMs, passphrase })
      const client = new FakeClient(engine, result, role, rateKbps)
      clients.push(client)
      return client
    },
    async silence(client, isSilent) {
      if (!(client instanceof FakeClient)) throw new Error('not a client of this driver')
      client.silence(isSilent)
    },
    async end() {
      for (const client of clients) client.silence(true)
      await engine.stop()
    },
  }
  return driver
}
