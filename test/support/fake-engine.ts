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
  RouteName,
  TapTotals,
  TokenSpec,
} from '../../src/engine/contract.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { AppError } from '../../src/lib/errors.ts'
import { type Admitted, FakeAdmission, type NotAdmitted } from './fake-admission.ts'
import { FakeConnection, type FakeTraffic, type OpenListener } from './fake-connection.ts'
import { FakeOutbox } from './fake-outbox.ts'
import type { FakeConnectResult, FakePeer } from './fake-peer.ts'
import { checkedRoute, encryptionProblem, rulesOf, wantedPassphrase } from './fake-rules.ts'
import { FakeTaps } from './fake-taps.ts'
import { FakeTokens, withoutTokens } from './fake-tokens.ts'

const TICK_MS = 10
const REPORT_INTERVAL_MS = 1000
/** libsrt's own least latency with this server's options. */
const LEAST_LATENCY_MS = 20
const LEAST_KEY_BYTES = 16

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
  readonly #tokens = new FakeTokens()
  readonly #taps = new FakeTaps()
  readonly #admission = new FakeAdmission(this.#tokens)
  #routesVersion = 0
  #isOpen = false
  #stopped: Promise<void> | undefined
  #lastId = 0
  readonly #reportIntervalMs: number
  #lastReportMs: number

  /** `reportIntervalMs`: how often refusals are told; the native engine's is a second. */
  constructor(
    spec: EngineSpec,
    onEvents: (batch: EngineEvent[]) => void,
    clock: Clock = systemClock,
    reportIntervalMs: number = REPORT_INTERVAL_MS,
  ) {
    this.spec = spec
    this.#reportIntervalMs = reportIntervalMs
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
    this.#admission.routes = routes.map(checkedRoute)
    // A later table must not end a drain.
    if (this.#routesVersion === 0) this.#isOpen = true
    this.#routesVersion = version
  }

  changeRoutes(version: number, gone: readonly RouteName[], put: readonly Route[]): void {
    this.#assertRunning()
    if (this.#routesVersion === 0)
      throw new AppError('ENGINE_ARGUMENT', 'changeRoutes: expected a table that was set before')
    const added = put.map(checkedRoute)
    const leaving = [...gone, ...put]
    const isLeaving = (route: Route) =>
      leaving.some(({ role, streamId }) => role === route.role && streamId === route.streamId)
    this.#admission.routes = [...this.#admission.routes.filter(route => !isLeaving(route)), ...added]
    this.#routesVersion = version
  }

  setTokens(spec: TokenSpec): void {
    this.#assertRunning()
    this.#tokens.set(spec)
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

  tap(streamKey: string): number {
    this.#assertRunning()
    this.tick()
    if (!this.#streams.has(streamKey)) throw new AppError('STREAM_NOT_LIVE', 'nobody publishes this stream')
    return this.#taps.open(streamKey)
  }

  tapTotals(): TapTotals {
    this.#assertRunning()
    return { open: this.#taps.openCount, bytes: 0, messagesDropped: 0 }
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
  connect(asked: FakePeer): FakeConnectResult {
    this.tick()
    const listener = this.#listeners.get(asked.listener)
    if (listener === undefined) throw new Error(`nobody listens as '${asked.listener}'`)
    const peer = asked.peer ?? `127.0.0.1:${50_000 + this.#lastId + 1}`
    const admitted = this.#admit(listener.spec, asked, peer)
    if ('refused' in admitted) {
      const { refused: reason, route, encryption = 'unknown' } = admitted
      const lastStreamId = route?.streamId ?? withoutTokens(asked.streamId)
      this.#outbox.refused({ listener: asked.listener, reason, lastPeer: peer, lastStreamId, encryption })
      return { refused: reason }
    }
    return this.#accept(listener, { ...asked, peer }, admitted)
  }

  #accept(
    listener: OpenListener,
    { peer, latencyMs = 0, srtVersion = '1.5.1' }: FakePeer & { peer: string },
    { route, token }: Admitted,
  ): FakeConnectResult {
    const encrypted = wantedPassphrase(route, listener.spec) !== ''
    const { name, role, latencyMinMs, latencyMaxMs, keyLengthBytes, approval } = listener.spec
    this.#lastId += 1
    const connection = new FakeConnection(listener, this.#clock, {
      connectionId: this.#lastId,
      listener: name,
      role,
      streamId: route.streamId,
      streamKey: route.streamKey,
      peer,
      latencyMs: Math.max(LEAST_LATENCY_MS, latencyMinMs, latencyMs),
      srtVersion,
      encrypted,
      keyLengthBytes: encrypted ? keyLengthBytes || LEAST_KEY_BYTES : 0,
      tokenId: token?.tokenId ?? '',
      tokenMaxUses: token?.maxUses ?? 0,
      tokenExpiresAtS: token?.expiresAtS ?? 0,
    })
    this.#connections.set(this.#lastId, connection)
    if (token !== undefined) this.#tokens.count(token, 1)
    connection.unspentToken = token
    if (latencyMaxMs > 0 && connection.identity.latencyMs > latencyMaxMs) {
      const none = { tokenId: '', tokenMaxUses: 0, tokenExpiresAtS: 0 }
      this.#outbox.push({ type: 'connected', ...connection.identity, ...none })
      this.#turnAway(connection, 'latency', 'latency')
    } else if (approval === 'ask') {
      connection.isParked = true
      this.#outbox.push({ type: 'approval-wanted', ...connection.identity })
    } else {
      this.#attach(connection)
    }
    return { connectionId: this.#lastId }
  }

  /** Payload of a publisher goes to its players too; what comes while parked is thrown away. */
  feed(connectionId: number, traffic: FakeTraffic): void {
    const connection = this.#live(connectionId)
    if (connection.isParked) return
    connection.account(traffic)
    const { bytes = 0, packets = 0 } = traffic
    if (connection.identity.role === 'publish')
      this.#taps.write(connection.identity.streamKey, new Uint8Array(bytes))
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
      this.#taps.end(key)
      for (const player of [...stream.players]) this.#end(player, 'idle')
    }
    if (nowMs - this.#lastReportMs < this.#reportIntervalMs) return
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

  /** Capacity comes late: a stranger learns nothing about it; and libsrt compares passphrases after all that. */
  #admit(spec: ListenerSpec, { streamId, passphrase }: FakePeer, peer: string): Admitted | NotAdmitted {
    if (!this.#isOpen) return { refused: 'not-ready' }
    const nowS = Math.floor(this.#clock.nowMs() / 1000)
    const admitted = this.#admission.admit(spec.role, streamId, peer, nowS)
    if ('refused' in admitted) return admitted
    const { route } = admitted
    const refused = this.#stateProblem(spec.role, route)
    if (refused !== undefined) return { refused, route }
    return encryptionProblem(passphrase, route, spec) ?? admitted
  }

  #stateProblem(role: Role, route: Route): RefuseReason | undefined {
    const stream = this.#streams.get(route.streamKey)
    if (role === 'play' && stream === undefined) return 'not-live'
    if (role === 'publish' && stream !== undefined && this.#isHeld(stream)) return 'duplicate-publisher'
    const connections = [...this.#connections.values()]
    const { maxPlayers } = rulesOf(route)
    const isSame = ({ identity }: FakeConnection) =>
      identity.role === role && identity.streamId === route.streamId
    if (role === 'play' && maxPlayers > 0 && connections.filter(isSame).length >= maxPlayers)
      return 'player-limit'
    return connections.length >= this.spec.maxConnections ? 'overload' : undefined
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
    connection.unspentToken = undefined
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
    const { listener, peer: lastPeer, streamId: lastStreamId, latencyMs, encrypted } = connection.identity
    const encryption = encrypted ? 'encrypted' : 'none'
    this.#outbox.refused({ listener, reason, lastPeer, lastStreamId, latencyMs, encryption })
    this.#end(connection, closeReason)
  }

  #end(connection: FakeConnection, reason: CloseReason): void {
    const { connectionId, streamKey } = connection.identity
    if (!this.#connections.delete(connectionId)) return
    if (connection.unspentToken !== undefined) this.#tokens.count(connection.unspentToken, -1)
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
    } else if (connection.identity.role === 'publish') {
      if (idleTimeoutMs >= 0 && nowMs - connection.lastArrivalMs >= idleTimeoutMs)
        this.#end(connection, 'idle')
      const route = this.#admission.find('publish', connection.identity.streamId)
      if (connection.isTooFast(rulesOf(route), nowMs)) this.#end(connection, 'bitrate')
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#isOpen = false
    this.#listeners.clear()
    for (const connection of [...this.#connections.values()]) this.#end(connection, 'stopping')
    this.#streams.clear()
    this.#taps.end()
    this.#outbox.reportRefusals()
    await this.#outbox.delivered()
  }
}
