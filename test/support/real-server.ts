import type { FastifyInstance } from 'fastify'
import { afterEach } from 'vitest'
import type { Permission } from '../../src/access/api-keys.ts'
import { Gatekeeper } from '../../src/access/gatekeeper.ts'
import { KeyRing, type NewKey } from '../../src/access/key-ring.ts'
import { PlayTokens } from '../../src/access/play-tokens.ts'
import { StreamIdDesk } from '../../src/access/stream-id-desk.ts'
import { AlertDesk } from '../../src/alerts/alert-desk.ts'
import { AlertBook } from '../../src/alerts/book.ts'
import { AlertEvaluator } from '../../src/alerts/evaluator.ts'
import { type AnalyticsParts, analyticsParts } from '../../src/app/analytics-parts.ts'
import { routeSource } from '../../src/app/stream-id-source.ts'
import type { NativeAddon } from '../../src/engine/contract.ts'
import { Engine } from '../../src/engine/engine.ts'
import { EventHub } from '../../src/events/hub.ts'
import { RelayEvents } from '../../src/events/relay-events.ts'
import type { HttpDeps, HttpSettings } from '../../src/http/deps.ts'
import { buildServer, type ServerParts } from '../../src/http/server.ts'
import { AccessLog } from '../../src/store/access-log.ts'
import { alertRules } from '../../src/store/alert-rules.ts'
import { alerts as alertStore } from '../../src/store/alerts.ts'
import { type Annotations, annotations } from '../../src/store/annotations.ts'
import { auditLog } from '../../src/store/audit-log.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import type { NewEvent } from '../../src/store/events.ts'
import { events as eventTable } from '../../src/store/events.ts'
import { settings as settingsStore } from '../../src/store/settings.ts'
import { tokenUses } from '../../src/store/token-uses.ts'
import { Baselines } from '../../src/streams/baselines.ts'
import { Directory } from '../../src/streams/directory.ts'
import { RelayMetrics } from '../../src/streams/metrics.ts'
import { Previews } from '../../src/streams/previews.ts'
import { refusalSentence } from '../../src/streams/refusal-sentences.ts'
import { RefusalJournal } from '../../src/streams/refusals.ts'
import { encryptionOf } from '../../src/streams/sessions.ts'
import { DEFAULT_SETTINGS, ENGINE_SPEC, listenerSpec } from './build.ts'
import { FakeEngine } from './fake-engine.ts'
import { onePacketTaps } from './fake-taps.ts'
import { MemoryLog, TestClock } from './memory.ts'
import { buildWebhooks, type WebhookParts } from './webhooks.ts'

export interface RealServer {
  app: FastifyInstance
  clock: TestClock
  engine: FakeEngine
  database: Database
  directory: Directory
  keyRing: KeyRing
  gatekeeper: Gatekeeper
  streamIds: StreamIdDesk
  tokens: PlayTokens
  refusals: RefusalJournal
  events: EventHub
  relay: RelayEvents
  accessLog: AccessLog
  audit: ReturnType<typeof auditLog>
  webhooks: WebhookParts
  /** Measures when it is told to: no timer is running. */
  analytics: AnalyticsParts
  analyticsSettings: { isOn: boolean; retentionDays: number }
  alerts: AlertDesk
  annotations: Annotations
  /** Looks when a test says so. */
  evaluator: AlertEvaluator
  /** What alerts have told. */
  alertEvents: NewEvent[]
  log: MemoryLog
  settings: HttpSettings
  state: { isDraining: boolean; notReady: string[] }
  /** One raw key of each kind. */
  keys: Record<Permission, string>
  /** Makes another key; it comes back raw. */
  addKey(wish: Partial<NewKey>): Promise<string>
}

const PUBLISH_PORT = 4001
const PLAY_PORT = 4000
/** A slowed-down test is no better a test. */
const NEVER_SLOW = { note: () => ({ verdict: 'now' as const }) }

type Stop = () => unknown

const open: Stop[] = []

afterEach(async () => {
  for (const stop of open.splice(0).reverse()) await stop()
})

/** The door to the engine as in the program; behind it the one in memory, which a test moves. */
function startEngine(clock: TestClock, log: MemoryLog) {
  let fake: FakeEngine | undefined
  const createEngine: NativeAddon['createEngine'] = (spec, onEvents) => {
    fake = new FakeEngine(spec, onEvents, clock)
    return fake
  }
  const door = new Engine({ createEngine }, ENGINE_SPEC, log.logger)
  if (fake === undefined) throw new Error('no engine was made')
  open.push(() => door.stop())
  const directory = new Directory(door, clock)
  door.onEvents(batch => directory.onEvents(batch))
  return { engine: fake, door, directory }
}

async function openStore(clock: TestClock, log: MemoryLog) {
  const database = await openDatabase({ path: ':memory:' })
  open.push(() => database.close())
  const accessLog = new AccessLog({ database, log: log.logger, clock, onDropped: () => undefined })
  return { database, accessLog, audit: auditLog(database) }
}

async function startEvents(database: Database, clock: TestClock, log: MemoryLog): Promise<EventHub> {
  const keep = () => ({ retentionDays: 7, limit: 200_000 })
  const events = new EventHub({ store: eventTable(database), log: log.logger, clock, keep })
  await events.start()
  open.push(() => events.stop())
  return events
}

async function startAccess(
  { door: engine, directory }: ReturnType<typeof startEngine>,
  database: Database,
  { clock, log }: { clock: TestClock; log: MemoryLog },
) {
  const logger = log.logger
  const keyRing = new KeyRing({ store: database.apiKeys, clock, log: logger })
  await keyRing.reload()
  open.push(() => keyRing.stop())
  const connections = () => directory.connections()
  const gatekeeper = new Gatekeeper({
    engine,
    streamIds: routeSource(database.streamIds),
    changes: database,
    keys: keyRing,
    connections,
    log: logger,
  })
  const tokens = new PlayTokens({
    engine,
    streamIds: database.streamIds,
    door: gatekeeper,
    settings: settingsStore(database),
    uses: tokenUses(database),
    configuredSecret: () => '',
    clock,
    log: logger,
  })
  open.push(() => tokens.stop())
  for (const part of [gatekeeper, tokens]) engine.onEvents(batch => part.onEvents(batch))
  await tokens.start()
  await gatekeeper.start()
  open.push(() => gatekeeper.stop())
  return { keyRing, gatekeeper, tokens, streamIds: new StreamIdDesk(database.streamIds, gatekeeper) }
}

async function startAlertParts(
  database: Database,
  directory: Directory,
  { pairs, clock, log }: { pairs: Gatekeeper; clock: TestClock; log: MemoryLog },
) {
  const alertEvents: NewEvent[] = []
  const events = { emit: (event: NewEvent) => void alertEvents.push(event) }
  const store = alertStore(database)
  const book = new AlertBook({ alerts: store, events, clock })
  const connections = () => directory.connections()
  const evaluator = new AlertEvaluator({ connections, pairs, book, clock, log: log.logger })
  const alerts = new AlertDesk({ rules: alertRules(database), alerts: store, evaluator, clock })
  await alerts.load()
  open.push(() => evaluator.stop())
  return { alerts, evaluator, alertEvents, annotations: annotations(database) }
}

const roleOf = (listener: string) =>
  listener.startsWith('publish') ? ('publish' as const) : ('play' as const)

function metricsOf(clock: TestClock, directory: Directory, gatekeeper: Gatekeeper): RelayMetrics {
  return new RelayMetrics({
    version: '2.0.0',
    srtVersion: '1.5.4',
    clock,
    connections: () => directory.connections(),
    playersOf: streamKey => gatekeeper.playersOf(streamKey),
    hasPlayer: player => gatekeeper.hasPlayer(player),
    maxPlayersOf: player => gatekeeper.maxPlayersOf(player),
    roleOf,
    streamIdCount: () => gatekeeper.pairCount,
    connectionsLimit: () => ENGINE_SPEC.maxConnections,
    webhookDeliveries: () => ({ taken: 0, failed: 0 }),
    alertsRaised: () => 0,
  })
}

const wished = (wish: Partial<NewKey>): NewKey => ({
  name: 'test',
  permissions: 'read',
  scope: null,
  expiresAtMs: null,
  rateLimitPerMinute: null,
  ...wish,
})

/**
 * The server over everything that is behind it in the program, but for the native engine: a database in memory, the
 * keys, stream IDs, tokens, logs and metrics. Listens for `publish:4001` and `play:4000`. Closed after the test.
 */
export async function buildRealServer(
  settings: Partial<HttpSettings> = {},
  overrides: Partial<HttpDeps> = {},
  parts: Partial<ServerParts> = {},
): Promise<RealServer> {
  const [clock, log] = [new TestClock(), new MemoryLog()]
  const store = await openStore(clock, log)
  const events = await startEvents(store.database, clock, log)
  const live = startEngine(clock, log)
  const { engine, door, directory } = live
  engine.open(listenerSpec('publish', PUBLISH_PORT))
  engine.open(listenerSpec('play', PLAY_PORT))
  const access = await startAccess(live, store.database, { clock, log })
  const relay = new RelayEvents({
    ...{ sink: events, clock, log: log.logger, roleOf, encryptionOf, sentenceOf: refusalSentence },
    playersOf: streamKey => access.gatekeeper.playersOf(streamKey),
    streamOf: player => access.gatekeeper.hasPlayer(player),
    connections: () => directory.connections(),
    stallAfterS: () => 5,
  })
  door.onEvents(batch => relay.onEvents(batch))
  const pairs = access.gatekeeper
  const watching = await startAlertParts(store.database, directory, { pairs, clock, log })
  const refusals = new RefusalJournal({ roleOf, clock })
  const metrics = metricsOf(clock, directory, access.gatekeeper)
  const webhooks = await buildWebhooks({ database: store.database, clock, log: log.logger })
  open.push(() => webhooks.stop())
  const analyticsSettings = { isOn: true, retentionDays: 400 }
  const { database } = store
  const analytics = analyticsParts(
    { settings: () => analyticsSettings, database, clock, log: log.logger },
    directory,
  )
  open.push(() => analytics.recorder.stop())
  for (const part of [refusals, metrics, analytics.recorder]) door.onEvents(batch => part.onEvents(batch))
  const current: HttpSettings = { ...DEFAULT_SETTINGS, ...settings }
  const state = { isDraining: false, notReady: [] as string[] }
  const deps: HttpDeps = {
    version: '2.0.0',
    clock,
    log: log.logger,
    settings: () => current,
    draining: () => state.isDraining,
    notReady: () => state.notReady,
    keys: access.keyRing,
    streamIds: access.streamIds,
    tokens: access.tokens,
    streams: directory,
    previews: new Previews({ taps: onePacketTaps(directory), clock, log: log.logger }),
    refusals,
    baselines: new Baselines(),
    accessLog: store.accessLog,
    audit: store.audit,
    config: { effective: () => [], change: async () => [] },
    metrics,
    events,
    webhooks: webhooks.desk,
    analytics: analytics.reports,
    publicStatus: analytics.publicStatus,
    alerts: watching.alerts,
    annotations: watching.annotations,
    ...overrides,
  }
  const app = buildServer(deps, { attempts: NEVER_SLOW, ...parts })
  open.push(() => app.close())
  const addKey = async (wish: Partial<NewKey>) => (await access.keyRing.create(wished(wish))).key
  const keyOf = (permissions: Permission) => addKey({ name: permissions, permissions })
  const keys = { admin: await keyOf('admin'), write: await keyOf('write'), read: await keyOf('read') }
  const shown = {
    app,
    clock,
    engine,
    directory,
    refusals,
    events,
    relay,
    log,
    settings: current,
    state,
    keys,
    addKey,
  }
  return { ...shown, ...store, ...access, ...watching, webhooks, analytics, analyticsSettings }
}
