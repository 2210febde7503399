import type { Config } from '../config/config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lifecycle } from '../lib/lifecycle.ts'
import type { Log } from '../lib/logger.ts'
import { AccessLog } from '../store/access-log.ts'
import { type AuditLog, auditLog } from '../store/audit-log.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { type Events, events } from '../store/events.ts'
import { type Settings, settings } from '../store/settings.ts'
import { type TokenUses, tokenUses } from '../store/token-uses.ts'

const PRUNE_INTERVAL_MS = 3_600_000

export interface StorageOptions {
  config: () => Config
  log: Log
  clock: Clock
  onAccessLogDropped: (count: number) => void
}

/** The database and what is kept in it beside stream IDs and keys. */
export interface StorageParts {
  database: Database
  accessLog: AccessLog
  audit: AuditLog
  settings: Settings
  tokenUses: TokenUses
  events: Events
}

/** Opens the database and starts what writes to it behind the requests. Throws what openDatabase() throws. */
export async function startStorage(options: StorageOptions, lifecycle: Lifecycle): Promise<StorageParts> {
  const database = await openDatabase({ path: options.config().srt.databasePath })
  lifecycle.started('database', () => database.close())
  const accessLog = startAccessLog(options, database)
  const parts = {
    database,
    accessLog,
    audit: auditLog(database),
    settings: settings(database),
    tokenUses: tokenUses(database),
    events: events(database),
  }
  const stopPruning = startPruning(options, parts)
  lifecycle.started('access log', () => {
    stopPruning()
    return accessLog.close()
  })
  return parts
}

function startAccessLog({ log, clock, onAccessLogDropped }: StorageOptions, database: Database): AccessLog {
  const logger = log.module('access-log')
  const onDropped = (count: number) => {
    logger.warn({ count }, 'access log entries were lost')
    onAccessLogDropped(count)
  }
  return new AccessLog({ database, log: logger, clock, onDropped })
}

/** Now and each hour. */
function startPruning({ config, log, clock }: StorageOptions, parts: StorageParts): () => void {
  const logger = log.module('store')
  const prune = () => {
    const days = config().srt.accessLogRetentionDays
    const nowMs = clock.nowMs()
    const tasks = [
      parts.accessLog.prune(days),
      parts.audit.prune(days, nowMs),
      parts.tokenUses.prune(Math.floor(nowMs / 1000)),
    ]
    for (const task of tasks)
      task.catch(error => logger.error({ err: error }, 'old entries of the database could not be removed'))
  }
  prune()
  const timer = setInterval(prune, PRUNE_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}
