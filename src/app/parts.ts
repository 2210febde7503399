import { Approvals } from '../access/approvals.ts'
import { Gatekeeper } from '../access/gatekeeper.ts'
import { KeyRing } from '../access/key-ring.ts'
import { PlayTokens } from '../access/play-tokens.ts'
import { StreamIdDesk } from '../access/stream-id-desk.ts'
import type { Config } from '../config/config.ts'
import type { NativeAddon } from '../engine/contract.ts'
import { Engine } from '../engine/engine.ts'
import { EventHub } from '../events/hub.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lifecycle } from '../lib/lifecycle.ts'
import type { Log } from '../lib/logger.ts'
import { Directory } from '../streams/directory.ts'
import { RelayMetrics } from '../streams/metrics.ts'
import { Previews } from '../streams/previews.ts'
import { RefusalJournal } from '../streams/refusals.ts'
import { StatPost } from '../streams/stat-post.ts'
import type { WebhookDesk } from '../webhooks/desk.ts'
import { type AnalyticsParts, analyticsParts } from './analytics-parts.ts'
import { logEvent } from './event-log.ts'
import { relayEvents } from './relay-events.ts'
import { engineSpec, hooksOf, roleOfListener } from './specs.ts'
import { type AlertParts, startAlerts } from './start-alerts.ts'
import { startWebhooks } from './start-webhooks.ts'
import type { StorageParts } from './storage.ts'
import { routeSource } from './stream-id-source.ts'

const HOOK_FAREWELL_MS = 1000

export interface PartsOptions {
  /** The configuration in force now; a reload changes the answer. */
  config: () => Config
  log: Log
  addon: NativeAddon
  clock: Clock
  version: string
  storage: StorageParts
  onFault: () => void
}

/** Everything between the database and the network, started. */
export interface Parts extends AlertParts {
  engine: Engine
  keys: KeyRing
  gatekeeper: Gatekeeper
  streamIds: StreamIdDesk
  tokens: PlayTokens
  directory: Directory
  approvals: Approvals
  refusals: RefusalJournal
  metrics: RelayMetrics
  events: EventHub
  webhooks: WebhookDesk
  analytics: AnalyticsParts
  previews: Previews
}

/** Starts the parts in order and tells the lifecycle how each is stopped. What throws leaves the rest to it. */
export async function startParts(options: PartsOptions, lifecycle: Lifecycle): Promise<Parts> {
  const { config, log, clock, storage } = options
  const { database } = storage
  const events = await startEvents(options, lifecycle)
  const webhooks = await startWebhooks({ ...options, database, events }, lifecycle)
  const keys = await startKeys(options, lifecycle)
  const engine = new Engine(options.addon, engineSpec(config()), log.module('engine'))
  const directory = new Directory(engine, clock)
  const connections = () => directory.connections()
  const hookOf = (listener: string) => hooksOf(config()).get(listener)
  const approvals = new Approvals({ engine, hookOf, connections, clock, log: log.module('hooks') })
  lifecycle.started('on_event_url', async () => void (await approvals.idle(HOOK_FAREWELL_MS)))
  const gatekeeper = new Gatekeeper({
    engine,
    streamIds: routeSource(database.streamIds),
    changes: database,
    keys,
    connections,
    log: log.module('access'),
  })
  const tokens = new PlayTokens({
    engine,
    streamIds: database.streamIds,
    door: gatekeeper,
    settings: storage.settings,
    uses: storage.tokenUses,
    configuredSecret: () => config().srt.tokenSecret,
    clock,
    log: log.module('tokens'),
  })
  lifecycle.started('play tokens', () => tokens.stop())
  const relay = relayEvents({
    ...{ config, sink: events, gatekeeper, directory, clock, log: log.module('events') },
  })
  relay.start()
  lifecycle.started('relay events', () => relay.stop())
  const analytics = watch(options, directory)
  lifecycle.started('analytics', () => analytics.recorder.stop())
  lifecycle.started('engine', () => stopEngine(engine))
  const streamIds = new StreamIdDesk(database.streamIds, gatekeeper)
  const refusals = new RefusalJournal({ roleOf: name => roleOfListener(config(), name), clock })
  let alerting: AlertParts | undefined
  const alertsRaised = () => alerting?.alerts.raisedCount ?? 0
  const metrics = startMetrics(options, { directory, gatekeeper, webhooks, alertsRaised })
  const previews = new Previews({ taps: engine, clock, log: log.module('preview') })
  const parts = {
    engine,
    keys,
    gatekeeper,
    streamIds,
    tokens,
    directory,
    approvals,
    refusals,
    metrics,
    events,
    webhooks,
    analytics,
    previews,
  }
  listenToEvents(options, parts)
  engine.onEvents(batch => relay.onEvents(batch))
  await analytics.recorder.start()
  // Before the routes: a player with a token must not come to a door that knows no token.
  await tokens.start()
  await gatekeeper.start()
  lifecycle.started('access', () => gatekeeper.stop())
  startStatPost(options, directory, lifecycle)
  const alertOptions = { database, connections, pairs: gatekeeper, events, clock, log }
  alerting = await startAlerts(alertOptions, lifecycle)
  return { ...parts, ...alerting }
}

/** Before the engine, so that it is stopped after it: the ends of all sessions are events too. */
async function startEvents(
  { config, log, clock, storage }: PartsOptions,
  lifecycle: Lifecycle,
): Promise<EventHub> {
  const keep = () => ({ retentionDays: config().srt.eventRetentionDays, limit: config().srt.eventLimit })
  const events = new EventHub({ store: storage.events, log: log.module('events'), clock, keep })
  await events.start()
  lifecycle.started('events', () => events.stop())
  return events
}

function startStatPost(
  { config, clock, log }: PartsOptions,
  directory: Directory,
  lifecycle: Lifecycle,
): void {
  const statPost = new StatPost({
    settings: () => ({ url: config().srt.statPostUrl, intervalS: config().srt.statPostIntervalS }),
    connections: () => directory.connections(),
    clock,
    log: log.module('stat-post'),
  })
  statPost.start()
  lifecycle.started('stat_post_url', () => statPost.stop())
}

/** The workers' last events are still on their way when the threads are joined. */
async function stopEngine(engine: Engine): Promise<void> {
  await engine.stop()
  await new Promise(resolve => setImmediate(resolve))
}

function listenToEvents({ log, onFault }: PartsOptions, parts: Omit<Parts, keyof AlertParts>): void {
  const eventLog = log.module('srt')
  const { engine, directory, gatekeeper, approvals, tokens, refusals, metrics } = parts
  const { recorder } = parts.analytics
  // The directory first: the others ask it.
  for (const part of [directory, gatekeeper, approvals, tokens, refusals, metrics, recorder])
    engine.onEvents(batch => part.onEvents(batch))
  engine.onEvents(batch => {
    for (const event of batch) {
      logEvent(eventLog, event)
      if (event.type === 'fault') onFault()
    }
  })
}

function watch({ config, log, clock, storage }: PartsOptions, directory: Directory): AnalyticsParts {
  const settings = () => {
    const { analytics, analyticsRetentionDays } = config().srt
    return { isOn: analytics, retentionDays: analyticsRetentionDays }
  }
  const { database } = storage
  return analyticsParts({ settings, database, clock, log: log.module('analytics') }, directory)
}

async function startKeys(
  { config, storage, clock, log }: PartsOptions,
  lifecycle: Lifecycle,
): Promise<KeyRing> {
  const keys = new KeyRing({
    store: storage.database.apiKeys,
    configured: () => config().srt.apiKeys,
    clock,
    log: log.module('keys'),
  })
  await keys.reload()
  lifecycle.started('API keys', () => keys.stop())
  return keys
}

interface Measured extends Pick<Parts, 'directory' | 'gatekeeper' | 'webhooks'> {
  alertsRaised: () => number
}

function startMetrics(
  { config, addon, clock, version }: PartsOptions,
  { directory, gatekeeper, webhooks, alertsRaised }: Measured,
): RelayMetrics {
  return new RelayMetrics({
    version,
    srtVersion: addon.capabilities().srtVersion,
    clock,
    connections: () => directory.connections(),
    playersOf: streamKey => gatekeeper.playersOf(streamKey),
    hasPlayer: player => gatekeeper.hasPlayer(player),
    maxPlayersOf: player => gatekeeper.maxPlayersOf(player),
    roleOf: name => roleOfListener(config(), name),
    streamIdCount: () => gatekeeper.pairCount,
    connectionsLimit: () => engineSpec(config()).maxConnections,
    webhookDeliveries: () => webhooks.deliveryCounts,
    alertsRaised,
  })
}
