import { isIP } from 'node:net'
import type {
  CloseReason,
  EngineEvent,
  EngineSnapshot,
  EngineSpec,
  ListenerPolicy,
  ListenerSpec,
  NativeEngine,
  RefuseReason,
  Role,
  Route,
} from '../../src/engine/contract.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { AppError } from '../../src/lib/errors.ts'
import { resolveRoute } from './fake-admission.ts'
import { FakeConnection, type FakeTraffic, type OpenListener } from './fake-connection.ts'
import { FakeOutbox } from './fake-outbox.ts'

export interface FakePeer {
  /** The name of an open listener. */
  listener: string
  /** As the peer sends it, in any notation. */
  streamId: string
  /** 'address:port'. */
  peer?: string
  /** What the peer asks for. */
  latencyMs?: number
  srtVersion?: string
}

export type FakeConnectResult = { connectionId: number } | { refused: RefuseReason }

const TICK_MS = 10
const REPORT_INTERVAL_MS = 1000
/** libsrt's own least latency with this server's options. */
const LEAST_LATENCY_MS = 20

interface Stream {
  publisher: FakeConnection | undefined
  players: Set<FakeConnection>
  lingerUntilMs: number
}

/** The engine in memory: the same decisions and events as the native one, without a network. */
export class FakeEngine implements NativeEngine {
  readonly spec: EngineSpec
  readonly #outbox: FakeOutbox
  readonly #clock: Clock
  readonly #listeners = new Map<string, OpenListener>()
  readonly #connections = new Map<number, FakeConnection>()
  readonly #streams = new Map<string, Stream>()
  readonly #timer: NodeJS.Timeout
  #routes: readonly Route[] = []
  #routesVersion = 0
  #isOpen = false
  #stopped: Promise<void> | undefined
  #lastId = 0
  #lastReportMs: number

  constructor(spec: EngineSpec, onEvents: (batch: EngineEvent[]) => void, clock: Clock = systemClock) {
    this.spec = spec
    this.#outbox = new FakeOutbox(onEvents, clock)
    this.#clock = clock
    this.#lastReportMs = clock.monotonicMs()
    this.#timer = setInterval(() => this.tick(), TICK_MS).unref()
  }

  open(spec: ListenerSpec): void {
    this.#assertRunning()
    if (isIP(spec.host) === 0) throw new AppError('SRT_BIND', `'${spec.host}' is not an IP address`)
    if (this.#listeners.has(spec.name)) throw new AppError('SRT_BIND', `'${spec.name}' is open already`)
    const isTaken = [...this.#listeners.values()].some(other => other.spec.port === spec.port)
    if (isTaken) throw new AppError('SRT_BIND', `port ${spec.port} is in use`)
    const length = Buffer.byteLength(spec.passphrase)
    if (length !== 0 && (length < 10 || length > 79)) throw new AppError('SRT_OPTION', 'SRTO_PASSPHRASE')
    this.#listeners.set(spec.name, { spec: { ...spec } })
  }

  close(listenerName: string): boolean {
    this.#assertRunning()
    return this.#listeners.delete(listenerName)
  }

  configure(listenerName: string, policy: ListenerPolicy): boolean {
    this.#assertRunning()
    const listener = this.#listeners.get(listenerName)
    if (listener === undefined) return false
    const { latencyMaxMs, idleTimeoutMs, lingerMs, takeoverAfterMs, approval, approvalTimeoutMs } = policy
    Object.assign(listener.spec, {
      latencyMaxMs,
      idleTimeoutMs,
      lingerMs,
      takeoverAfterMs,
      approval,
      approvalTimeoutMs,
    })
    return true
  }

  setRoutes(version: number, routes: readonly Route[]): void {
    this.#assertRunning()
    // A later table must not end a drain.
    if (this.#routesVersion === 0) this.#isOpen = true
    this.#routesVersion = version
    this.#routes = routes.map(route => ({ ...route }))
  }

  decide(connectionId: number, verdict: 'admit' | 'refuse'): boolean {
    this.#assertRunning()
    this.tick()
    const connection = this.#connections.get(connectionId)
    if (connection === undefined) return false
    if (!connection.isParked) return true
    if (verdict === 'admit') this.#attach(connection)
    else this.#turnAway(connection, 'forbidden', 'refused')
    return true
  }

  kick(connectionId: number): boolean {
    this.#assertRunning()
    const connection = this.#connections.get(connectionId)
    if (connection === undefined) return false
    this.#end(connection, 'kicked')
    return true
  }

  snapshot(): EngineSnapshot {
    this.#assertRunning()
    this.tick()
    const attached = [...this.#connections.values()].filter(({ isParked }) => !isParked)
    return {
      lastSeq: this.#outbox.lastSeq,
      routesVersion: this.#routesVersion,
      connections: attached.map(connection => connection.sample()),
    }
  }

  drain(): void {
    this.#assertRunning()
    this.#isOpen = false
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** A peer comes. An accepted one may be parked, or be closed at once for its latency. */
  connect({
    listener: name,
    streamId,
    peer,
    latencyMs = 0,
    srtVersion = '1.5.1',
  }: FakePeer): FakeConnectResult {
    this.tick()
    const listener = this.#listeners.get(name)
    if (listener === undefined) throw new Error(`nobody listens as '${name}'`)
    const { role, latencyMinMs, latencyMaxMs, passphrase, approval } = listener.spec
    const connectionId = this.#lastId + 1
    const from = peer ?? `127.0.0.1:${50_000 + connectionId}`
    const admitted = this.#admit(role, streamId)
    if (typeof admitted === 'string') {
      this.#outbox.refused(name, admitted, from, streamId)
      return { refused: admitted }
    }
    this.#lastId = connectionId
    const connection = new FakeConnection(listener, this.#clock, {
      connectionId,
      listener: name,
      role,
      ...admitted,
      peer: from,
      latencyMs: Math.max(LEAST_LATENCY_MS, latencyMinMs, latencyMs),
      srtVersion,
      encrypted: passphrase !== '',
    })
    this.#connections.set(connectionId, connection)
    if (latencyMaxMs > 0 && connection.identity.latencyMs > latencyMaxMs) {
      this.#outbox.push({ type: 'connected', ...connection.identity })
      this.#end(connection, 'latency')
    } else if (approval === 'ask') {
      connection.isParked = true
      this.#outbox.push({ type: 'approval-wanted', ...connection.identity })
    } else {
      this.#attach(connection)
    }
    return { connectionId }
  }

  /** Payload of a publisher goes to its players too; what comes while parked is thrown away. */
  feed(connectionId: number, traffic: FakeTraffic): void {
    const connection = this.#live(connectionId)
    if (connection.isParked) return
    connection.account(traffic)
    const { bytes = 0, packets = 0 } = traffic
    if (connection.identity.role !== 'publish' || (bytes === 0 && packets === 0)) return
    const players = this.#streams.get(connection.identity.streamKey)?.players ?? []
    for (const player of players) player.account({ bytes, packets })
  }

  /** The peer goes, or, with another reason, is closed as the native engine would. */
  disconnect(connectionId: number, reason: CloseReason = 'peer'): void {
    this.#end(this.#live(connectionId), reason)
  }

  /** True from the connect until the end, parked included. */
  isConnected(connectionId: number): boolean {
    return this.#connections.has(connectionId)
  }

  /** As if the outbox had overflowed: `count` sequence numbers are missing, and a resync follows. */
  loseEvents(count = 1): void {
    this.#outbox.lose(count)
  }

  /** What time brings about; runs by itself too. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const connection of [...this.#connections.values()]) this.#endIfDue(connection, nowMs)
    for (const [key, stream] of [...this.#streams]) {
      if (stream.publisher !== undefined || nowMs < stream.lingerUntilMs) continue
      this.#streams.delete(key)
      for (const player of [...stream.players]) this.#end(player, 'idle')
    }
    if (nowMs - this.#lastReportMs < REPORT_INTERVAL_MS) return
    this.#lastReportMs = nowMs
    this.#outbox.reportRefusals()
  }

  #assertRunning(): void {
    if (this.#stopped !== undefined) throw new AppError('ENGINE_STOPPED', 'the engine has been stopped')
  }

  #live(connectionId: number): FakeConnection {
    const connection = this.#connections.get(connectionId)
    if (connection === undefined) throw new Error(`no connection ${connectionId}`)
    return connection
  }

  /** The route's own stream ID and key, or why not. Capacity comes last: a stranger learns nothing about it. */
  #admit(role: Role, streamId: string): { streamId: string; streamKey: string } | RefuseReason {
    if (!this.#isOpen) return 'not-ready'
    const route = resolveRoute(this.#routes, role, streamId)
    if (typeof route === 'string') return route
    const stream = this.#streams.get(route.streamKey)
    if (role === 'play' && stream === undefined) return 'not-live'
    if (role === 'publish' && stream !== undefined && this.#isHeld(stream)) return 'duplicate-publisher'
    return this.#connections.size >= this.spec.maxConnections ? 'overload' : route
  }

  #isHeld({ publisher }: Stream): boolean {
    if (publisher === undefined) return false
    const { takeoverAfterMs } = publisher.listener.spec
    return takeoverAfterMs < 0 || this.#clock.monotonicMs() - publisher.lastArrivalMs < takeoverAfterMs
  }

  #attach(connection: FakeConnection): void {
    const { role, streamKey } = connection.identity
    const stream = this.#streams.get(streamKey)
    if (role === 'play') {
      if (stream === undefined) {
        this.#turnAway(connection, 'not-live', 'refused')
        return
      }
      stream.players.add(connection)
    } else {
      if (stream !== undefined && this.#isHeld(stream)) {
        this.#turnAway(connection, 'duplicate-publisher', 'duplicate')
        return
      }
      this.#takeOver(connection, stream)
    }
    connection.isParked = false
    this.#outbox.push({ type: 'connected', ...connection.identity })
  }

  #takeOver(publisher: FakeConnection, stream: Stream | undefined): void {
    publisher.lastArrivalMs = this.#clock.monotonicMs()
    if (stream === undefined) {
      this.#streams.set(publisher.identity.streamKey, { publisher, players: new Set(), lingerUntilMs: 0 })
      return
    }
    const old = stream.publisher
    stream.publisher = publisher
    if (old !== undefined) this.#end(old, 'replaced')
  }

  #turnAway(connection: FakeConnection, reason: RefuseReason, closeReason: CloseReason): void {
    const { listener, peer, streamId } = connection.identity
    this.#outbox.refused(listener, reason, peer, streamId)
    this.#end(connection, closeReason)
  }

  #end(connection: FakeConnection, reason: CloseReason): void {
    const { connectionId, streamKey } = connection.identity
    if (!this.#connections.delete(connectionId)) return
    const nowMs = this.#clock.monotonicMs()
    const stream = this.#streams.get(streamKey)
    stream?.players.delete(connection)
    if (stream?.publisher === connection) {
      stream.publisher = undefined
      stream.lingerUntilMs = nowMs + connection.listener.spec.lingerMs
    }
    const durationMs = Math.round(nowMs - connection.connectedMonoMs)
    this.#outbox.push({ type: 'disconnected', connectionId, reason, durationMs, bytes: connection.bytes })
  }

  #endIfDue(connection: FakeConnection, nowMs: number): void {
    const { approvalTimeoutMs, idleTimeoutMs } = connection.listener.spec
    if (connection.isParked) {
      if (nowMs - connection.connectedMonoMs >= approvalTimeoutMs)
        this.#turnAway(connection, 'forbidden', 'refused')
    } else if (connection.identity.role === 'publish' && idleTimeoutMs >= 0) {
      if (nowMs - connection.lastArrivalMs >= idleTimeoutMs) this.#end(connection, 'idle')
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#isOpen = false
    this.#listeners.clear()
    for (const connection of [...this.#connections.values()]) this.#end(connection, 'stopping')
    this.#streams.clear()
    this.#outbox.reportRefusals()
    await this.#outbox.delivered()
  }
}
