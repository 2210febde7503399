import { Approvals } from '../access/approvals.ts'
import { Gatekeeper } from '../access/gatekeeper.ts'
import { KeyRing } from '../access/key-ring.ts'
import type { Config } from '../config/config.ts'
import type { NativeAddon } from '../engine/contract.ts'
import { Engine } from '../engine/engine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lifecycle } from '../lib/lifecycle.ts'
import type { Log } from '../lib/logger.ts'
import { AccessLog } from '../store/access-log.ts'
import { apiKeys } from '../store/api-keys.ts'
import type { Database } from '../store/database.ts'
import { openDatabase } from '../store/database.ts'
import { streamIds } from '../store/stream-ids.ts'
import { Directory } from '../streams/directory.ts'
import { StatPost } from '../streams/stat-post.ts'
import { logEvent } from './event-log.ts'
import { engineSpec, hooksOf } from './specs.ts'

const HOOK_FAREWELL_MS = 1000
const PRUNE_INTERVAL_MS = 3_600_000

export interface PartsOptions {
  /** The configuration in force now; a reload changes the answer. */
  config: () => Config
  log: Log
  addon: NativeAddon
  clock: Clock
  onFault: () => void
}

/** Everything between the database and the network, started. */
export interface Parts {
  database: Database
  engine: Engine
  keys: KeyRing
  gatekeeper: Gatekeeper
  directory: Directory
  approvals: Approvals
  accessLog: AccessLog
}

/** Starts the parts in order and tells the lifecycle how each is stopped. What throws leaves the rest to it. */
export async function startParts(options: PartsOptions, lifecycle: Lifecycle): Promise<Parts> {
  const { config, log, clock } = options
  const database = await openDatabase({ path: config().srt.databasePath })
  lifecycle.started('database', () => database.close())
  const accessLog = startAccessLog(options, database, lifecycle)
  const keys = await startKeys(options, database, lifecycle)

  const engine = new Engine(options.addon, engineSpec(config()), log.module('engine'))
  const directory = new Directory(engine, clock)
  const connections = () => directory.connections()
  const hookOf = (listener: string) => hooksOf(config()).get(listener)
  const approvals = new Approvals({ engine, hookOf, connections, clock, log: log.module('hooks') })
  lifecycle.started('on_event_url', async () => void (await approvals.idle(HOOK_FAREWELL_MS)))
  lifecycle.started('engine', () => stopEngine(engine))

  const gatekeeper = new Gatekeeper({
    engine,
    streamIds: streamIds(database),
    changes: database,
    keys,
    connections,
    log: log.module('access'),
  })
  listenToEvents(options, { engine, directory, gatekeeper, approvals })
  await gatekeeper.start()
  lifecycle.started('access', () => gatekeeper.stop())

  const statPost = new StatPost({
    settings: () => ({ url: config().srt.statPostUrl, intervalS: config().srt.statPostIntervalS }),
    connections,
    clock,
    log: log.module('stat-post'),
  })
  statPost.start()
  lifecycle.started('stat_post_url', () => statPost.stop())
  return { database, engine, keys, gatekeeper, directory, approvals, accessLog }
}

/** The workers' last events are still on their way when the threads are joined. */
async function stopEngine(engine: Engine): Promise<void> {
  await engine.stop()
  await new Promise(resolve => setImmediate(resolve))
}

function listenToEvents(
  { log, onFault }: PartsOptions,
  parts: Pick<Parts, 'engine' | 'directory' | 'gatekeeper' | 'approvals'>,
): void {
  const eventLog = log.module('srt')
  const { engine, directory, gatekeeper, approvals } = parts
  // The directory first: the others ask it.
  engine.onEvents(batch => directory.onEvents(batch))
  engine.onEvents(batch => gatekeeper.onEvents(batch))
  engine.onEvents(batch => approvals.onEvents(batch))
  engine.onEvents(batch => {
    for (const event of batch) {
      logEvent(eventLog, event)
      if (event.type === 'fault') onFault()
    }
  })
}

async function startKeys(options: PartsOptions, database: Database, lifecycle: Lifecycle): Promise<KeyRing> {
  const keys = new KeyRing({
    store: apiKeys(database),
    clock: options.clock,
    log: options.log.module('keys'),
  })
  await keys.reload()
  lifecycle.started('API keys', () => keys.stop())
  return keys
}

function startAccessLog(options: PartsOptions, database: Database, lifecycle: Lifecycle): AccessLog {
  const log = options.log.module('access-log')
  const onDropped = (count: number) => log.warn({ count }, 'access log entries were lost')
  const accessLog = new AccessLog({ database, log, clock: options.clock, onDropped })
  const prune = () => {
    const days = options.config().srt.accessLogRetentionDays
    accessLog.prune(days).catch(error => log.error({ err: error }, 'the access log could not be pruned'))
  }
  prune()
  const timer = setInterval(prune, PRUNE_INTERVAL_MS).unref()
  lifecycle.started('access log', () => {
    clearInterval(timer)
    return accessLog.close()
  })
  return accessLog
}
