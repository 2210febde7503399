import type { FastifyInstance } from 'fastify'
import { afterEach, vi } from 'vitest'
import type { Permission } from '../../src/access/api-keys.ts'
import type { EngineSpec, ListenerSpec, Role } from '../../src/engine/contract.ts'
import type { HttpDeps, HttpSettings, Metrics } from '../../src/http/deps.ts'
import { buildServer, type ServerParts } from '../../src/http/server.ts'
import type { AccessRecord } from '../../src/store/access-log.ts'
import type { AuditRecord } from '../../src/store/audit-log.ts'
import { Baselines } from '../../src/streams/baselines.ts'
import { Directory } from '../../src/streams/directory.ts'
import { Previews } from '../../src/streams/previews.ts'
import { FakeEngine } from './fake-engine.ts'
import { onePacketTaps } from './fake-taps.ts'
import { MemoryKeyRing, MemoryLog, MemoryStreamIds, TestClock } from './memory.ts'

export { MemoryKeyRing, MemoryLog, MemoryStreamIds, TestClock } from './memory.ts'

// A loaded machine must not fail a test.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

export const ENGINE_SPEC: EngineSpec = {
  transport: 'libsrt',
  relayMode: 'timed',
  workerCount: 1,
  maxConnections: 100,
  ringBytes: 1 << 20,
  snapshotIntervalMs: 500,
  egressBatchMs: 8,
  isPlayerLatencyFloor: true,
  maxRexmitPercent: 100,
  udpSend: 'segment',
  isPortShared: true,
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

type Observed = Parameters<Metrics['observeRequest']>[0]

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
  audit: AuditRecord[]
  observed: Observed[]
  log: MemoryLog
  settings: HttpSettings
  state: { isDraining: boolean; notReady: string[] }
}

/** Far from every limit, for tests of other things. */
export const AMPLE = { api: 100_000, stats: 100_000, config: 100_000 }
export const NO_BURST = { api: 0, stats: 0, config: 0 }

export const DEFAULT_SETTINGS: HttpSettings = {
  authz: 'on',
  corsOrigins: ['*'],
  trustProxy: [],
  limits: AMPLE,
  bursts: NO_BURST,
  metricsToken: '',
  isPreviewOn: true,
  isPageOn: false,
  srtPorts: [{ player: 4000, publisher: 4001, publisherSrtla: null }],
}

const NO_WEBHOOKS: HttpDeps['webhooks'] = {
  list: async () => [],
  get: async () => undefined,
  add: async () => Promise.reject(new Error('a real server has webhooks')),
  change: async () => undefined,
  remove: async () => false,
  rotateSecret: async () => undefined,
  test: async () => undefined,
  deliveries: async () => undefined,
}
const NO_TOTALS = { publisherSessions: 0, playerSessions: 0, watchS: 0, liveS: 0, bytesIn: 0, bytesOut: 0 }

/** What the tests of the framework need no more of. */
function quietParts(access: AccessRecord[], audit: AuditRecord[], observed: Observed[]) {
  const newestFirst = <Row>(rows: readonly Row[]) => rows.map((row, i) => ({ ...row, id: i + 1 })).reverse()
  return {
    tokens: { issue: async () => undefined, revokeAll: async () => false },
    refusals: { list: () => ({ rows: [] }) },
    baselines: new Baselines(),
    accessLog: {
      record: (record: AccessRecord) => void access.push(record),
      find: async () => newestFirst(access).map(row => ({ ...row, at: '2026-01-31 12:00:00' })),
    },
    audit: {
      add: async (record: AuditRecord) => void audit.push(record),
      find: async () => newestFirst(audit).map(row => ({ ...row, at: '2026-01-31 12:00:00' })),
    },
    config: { effective: () => [], change: async () => [] },
    events: {
      emit: () => undefined,
      after: async () => [],
      before: async () => [],
      lastId: () => 0,
      onStored: () => () => undefined,
    },
    alerts: {
      rules: () => [],
      add: async rule => ({ ...rule, id: 1, createdMs: 0 }),
      change: async () => undefined,
      remove: async () => false,
      find: async () => [],
    },
    annotations: {
      add: async annotation => ({ ...annotation, id: 1 }),
      find: async () => [],
      get: async () => undefined,
      remove: async () => false,
    },
    metrics: {
      render: async () => '# none\n',
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      observeRequest: (request: Observed) => void observed.push(request),
    },
    webhooks: NO_WEBHOOKS,
    analytics: {
      report: async () => ({ stepS: 60, fromMs: 0, toMs: 0, series: [], totals: NO_TOTALS, annotations: [] }),
      history: async () => [],
    },
    publicStatus: { list: async () => [] },
  } satisfies Partial<HttpDeps>
}

const open: Pick<TestServer, 'app' | 'engine'>[] = []

/** The real server on an engine, a store and a clock in memory; closed after the test. */
export function buildTestServer(
  settings: Partial<HttpSettings> = {},
  overrides: Partial<HttpDeps> = {},
  parts: Partial<ServerParts> = {},
): TestServer {
  const clock = new TestClock()
  // Events come later than this line, when there is a directory.
  const engine: FakeEngine = new FakeEngine(ENGINE_SPEC, batch => directory.onEvents(batch), clock)
  const directory: Directory = new Directory(engine, clock)
  const keyRing = new MemoryKeyRing()
  const keys = { admin: keyRing.add('admin'), write: keyRing.add('write'), read: keyRing.add('read') }
  const streamIds = new MemoryStreamIds()
  const live: HttpSettings = { ...DEFAULT_SETTINGS, ...settings }
  const state = { isDraining: false, notReady: [] as string[] }
  const [access, audit, observed]: [AccessRecord[], AuditRecord[], Observed[]] = [[], [], []]
  const log = new MemoryLog()
  const deps: HttpDeps = {
    version: '2.0.0',
    clock,
    log: log.logger,
    settings: () => live,
    draining: () => state.isDraining,
    notReady: () => state.notReady,
    keys: keyRing,
    streamIds,
    streams: directory,
    previews: new Previews({ taps: onePacketTaps(directory), clock, log: log.logger }),
    ...quietParts(access, audit, observed),
    ...overrides,
  }
  const app = buildServer(deps, parts)
  openPorts(engine, streamIds)
  const shown = { app, clock, engine, directory, streamIds, keyRing, keys, access, audit, observed }
  const server = { ...shown, log, settings: live, state }
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
