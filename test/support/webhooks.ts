import { networkCheck } from '../../src/access/networks.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Logger } from '../../src/lib/logger.ts'
import type { Database } from '../../src/store/database.ts'
import { webhookDeliveries } from '../../src/store/webhook-deliveries.ts'
import { webhooks } from '../../src/store/webhooks.ts'
import type { Caller } from '../../src/webhooks/caller.ts'
import { DeliveryLog } from '../../src/webhooks/delivery-log.ts'
import { WebhookDesk } from '../../src/webhooks/desk.ts'
import { Dispatcher } from '../../src/webhooks/dispatcher.ts'
import { Slots } from '../../src/webhooks/slots.ts'
import { TargetGuard } from '../../src/webhooks/target-guard.ts'
import { realSchedule, type Schedule } from '../../src/webhooks/waiting.ts'
import { EventTableFeed } from './event-table-feed.ts'

export interface WebhookPartsOptions {
  database: Database
  clock: Clock
  log: Logger
  /** Default: everybody takes everything, and nobody is called. */
  call?: Caller
  schedule?: Schedule
  /** webhook_networks. */
  allowed?: readonly string[]
  callsAtOnce?: number
}

export interface WebhookParts {
  desk: WebhookDesk
  dispatcher: Dispatcher
  feed: EventTableFeed
  store: ReturnType<typeof webhooks>
  deliveries: ReturnType<typeof webhookDeliveries>
  stop(): Promise<void>
}

const takenByAll: Caller = async () => ({ status: 204, error: null, durationMs: 3 })

/** Desk and dispatcher, started, as in the program but for the hub of events. */
export async function buildWebhooks(options: WebhookPartsOptions): Promise<WebhookParts> {
  const { database, clock, log, allowed = [], call = takenByAll, callsAtOnce = 20 } = options
  const guard = new TargetGuard({ allowed: () => allowed, contains: networkCheck() })
  const feed = await EventTableFeed.open(database)
  const store = webhooks(database)
  const deliveries = webhookDeliveries(database)
  const deliveryLog = new DeliveryLog(deliveries, log)
  const calls = { call, slots: new Slots(callsAtOnce), clock }
  const schedule = options.schedule ?? realSchedule
  const parts = { ...calls, store, log, schedule, deliveries: deliveryLog, random: () => 0 }
  const dispatcher = new Dispatcher({ ...parts, feed, sink: feed })
  const desk = new WebhookDesk({ ...calls, store, deliveries, deliveryLog, dispatcher, guard, feed })
  await dispatcher.start()
  const stop = async () => {
    desk.stop()
    await dispatcher.stop()
  }
  return { desk, dispatcher, feed, store, deliveries, stop }
}
