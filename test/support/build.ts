import { randomInt } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type Logger as PinoLogger, pino } from 'pino'
import { afterEach, vi } from 'vitest'
import type { Permission } from '../../src/access/api-keys.ts'
import { streamIdProblem } from '../../src/access/stream-id-rules.ts'
import type { EngineSpec, ListenerSpec, Role } from '../../src/engine/contract.ts'
import type {
  AccessRecord,
  ApiKey,
  HttpDeps,
  HttpSettings,
  KeyRing,
  NewStreamId,
  StreamIdRow,
  StreamIds,
} from '../../src/http/deps.ts'
import { buildServer } from '../../src/http/server.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { AppError } from '../../src/lib/errors.ts'
import type { Logger } from '../../src/lib/logger.ts'
import { Baselines } from '../../src/streams/baselines.ts'
import { Directory } from '../../src/streams/directory.ts'
import { FakeEngine } from './fake-engine.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 31, 12)
  #monotonicMs = 1000

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
    this.#monotonicMs += ms
  }
}

export const ENGINE_SPEC: EngineSpec = {
  transport: 'libsrt',
  relayMode: 'timed',
  workerCount: 1,
  maxConnections: 100,
  ringBytes: 1 << 20,
  snapshotIntervalMs: 500,
}

export function listenerSpec(role: Role, port: number, changes: Partial<ListenerSpec> = {}): ListenerSpec {
  return {
    name: `${role}:${port}`,
    role,
    host: '127.0.0.1',
    port,
    backlog: 100,
    latencyMinMs: 0,
    latencyMaxMs: 0,
    lossMaxTtlPackets: 40,
    reorderTolerant: false,
    passphrase: '',
    keyLengthBytes: 0,
    idleTimeoutMs: 15_000,
    lingerMs: 10_000,
    takeoverAfterMs: 1000,
    approval: 'granted',
    approvalTimeoutMs: 6000,
    ...changes,
  }
}

/** A log whose lines can be looked at. */
export class MemoryLog {
  readonly lines: Record<string, unknown>[] = []
  readonly logger: Logger & PinoLogger

  constructor() {
    this.logger = pino({ level: 'debug' }, { write: line => void this.lines.push(JSON.parse(line)) })
  }

  /** The lines of this pino level and above: 20 debug, 30 info, 40 warn, 50 error. */
  from(level: number): Record<string, unknown>[] {
    return this.lines.filter(line => Number(line['level']) >= level)
  }
}

/** API keys without a database. */
export class MemoryKeyRing implements KeyRing {
  readonly #keys = new Map<string, ApiKey>()

  add(permissions: Permission, name: string = permissions): string {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const key = Array.from({ length: 32 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
    this.#keys.set(key, { id: this.#keys.size + 1, name, permissions })
    return key
  }

  verify(rawKey: string): ApiKey | undefined {
    return this.#keys.get(rawKey)
  }

  async create(name: string, permissions: Permission): Promise<{ key: string }> {
    return { key: this.add(permissions, name) }
  }
}

/** Stream IDs without a database, with the rules of the real ones. */
export class MemoryStreamIds implements StreamIds {
  readonly rows: StreamIdRow[] = []
  onChange: () => void = () => {}

  async list(): Promise<readonly StreamIdRow[]> {
    return this.rows
  }

  async add({ publisher, player, description }: NewStreamId): Promise<void> {
    for (const [field, id] of Object.entries({ publisher, player })) {
      const problem = streamIdProblem(id)
      if (problem !== undefined) throw new AppError('BODY_INVALID', `${field} ${problem}`)
    }
    if (this.hasPlayer(player) !== undefined) throw new AppError('STREAM_ID_EXISTS', 'it is there')
    this.rows.push({ publisher, player, description: description ?? null })
    this.onChange()
  }

  async remove(player: string): Promise<boolean> {
    const index = this.rows.findIndex(row => row.player === player)
    if (index >= 0) this.rows.splice(index, 1)
    this.onChange()
    return index >= 0
  }

  hasPlayer(player: string): string | undefined {
    return this.rows.find(row => row.player === player)?.publisher
  }
}

export interface TestServer {
  app: FastifyInstance
  clock: TestClock
  engine: FakeEngine
  directory: Directory
  streamIds: MemoryStreamIds
  keyRing: MemoryKeyRing
  /** One raw key of each kind. */
  keys: Record<Permission, string>
  access: AccessRecord[]
  log: MemoryLog
  settings: HttpSettings
  state: { isDraining: boolean }
}

/** Far from every limit, for tests of other things. */
export const AMPLE = { api: 100_000, stats: 100_000, config: 100_000 }

const DEFAULT_SETTINGS: HttpSettings = { corsOrigin: '*', trustProxy: [], limits: AMPLE }

const open: TestServer[] = []

/** The real server on an engine, a store and a clock in memory; closed after the test. */
export function buildTestServer(
  settings: Partial<HttpSettings> = {},
  overrides: Partial<HttpDeps> = {},
): TestServer {
  const clock = new TestClock()
  // Events come later than this line, when there is a directory.
  const engine: FakeEngine = new FakeEngine(ENGINE_SPEC, batch => directory.onEvents(batch), clock)
  const directory: Directory = new Directory(engine, clock)
  const keyRing = new MemoryKeyRing()
  const keys = { admin: keyRing.add('admin'), write: keyRing.add('write'), read: keyRing.add('read') }
  const streamIds = new MemoryStreamIds()
  const live: HttpSettings = { ...DEFAULT_SETTINGS, ...settings }
  const state = { isDraining: false }
  const access: AccessRecord[] = []
  const log = new MemoryLog()
  const app = buildServer({
    version: '2.0.0',
    clock,
    log: log.logger,
    settings: () => live,
    draining: () => state.isDraining,
    keys: keyRing,
    streamIds,
    streams: directory,
    baselines: new Baselines(),
    accessLog: { record: record => access.push(record) },
    ...overrides,
  })
  openPorts(engine, streamIds)
  const server = {
    app,
    clock,
    engine,
    directory,
    streamIds,
    keyRing,
    keys,
    access,
    log,
    settings: live,
    state,
  }
  open.push(server)
  return server
}

function openPorts(engine: FakeEngine, streamIds: MemoryStreamIds): void {
  engine.open(listenerSpec('publish', 4001))
  engine.open(listenerSpec('play', 4000))
  let version = 0
  streamIds.onChange = () => {
    version += 1
    const routes = streamIds.rows.flatMap(({ publisher, player }) => [
      { role: 'publish' as const, streamId: publisher, streamKey: publisher },
      { role: 'play' as const, streamId: player, streamKey: publisher },
    ])
    engine.setRoutes(version, routes)
  }
}

afterEach(async () => {
  for (const { app, engine } of open.splice(0)) {
    await app.close()
    await engine.stop()
  }
})

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
