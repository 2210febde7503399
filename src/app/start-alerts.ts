import { AlertDesk } from '../alerts/alert-desk.ts'
import { AlertBook } from '../alerts/book.ts'
import { AlertEvaluator, type Pairs } from '../alerts/evaluator.ts'
import type { EventSink } from '../alerts/event-sink.ts'
import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lifecycle } from '../lib/lifecycle.ts'
import type { Log } from '../lib/logger.ts'
import { alertRules } from '../store/alert-rules.ts'
import { alerts } from '../store/alerts.ts'
import { type Annotations, annotations } from '../store/annotations.ts'
import type { Database } from '../store/database.ts'

const PRUNE_INTERVAL_MS = 3_600_000
/** Of alerts that are over. */
const RETENTION_DAYS = 90
const MOST_KEPT = 10_000

export interface AlertsOptions {
  database: Database
  connections: () => readonly ConnectionStats[]
  pairs: Pairs
  events: EventSink
  clock: Clock
  log: Log
}

export interface AlertParts {
  alerts: AlertDesk
  annotations: Annotations
}

/** Begins to hold the live streams against the rules. Throws STORE_UNAVAILABLE. */
export async function startAlerts(options: AlertsOptions, lifecycle: Lifecycle): Promise<AlertParts> {
  const { database, connections, pairs, events, clock } = options
  const log = options.log.module('alerts')
  const store = alerts(database)
  const book = new AlertBook({ alerts: store, events, clock })
  const evaluator = new AlertEvaluator({ connections, pairs, book, clock, log })
  const desk = new AlertDesk({ rules: alertRules(database), alerts: store, evaluator, clock })
  await desk.load()
  evaluator.start()
  const prune = () => {
    const limits = { retentionDays: RETENTION_DAYS, most: MOST_KEPT, nowMs: clock.nowMs() }
    store.prune(limits).catch(error => log.error({ err: error }, 'old alerts could not be removed'))
  }
  prune()
  const timer = setInterval(prune, PRUNE_INTERVAL_MS).unref()
  lifecycle.started('alerts', () => {
    clearInterval(timer)
    return evaluator.stop()
  })
  return { alerts: desk, annotations: annotations(database) }
}
