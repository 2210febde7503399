import { networkCheck } from '../access/networks.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Lifecycle } from '../lib/lifecycle.ts'
import type { Log } from '../lib/logger.ts'
import type { Database } from '../store/database.ts'
import { webhookDeliveries } from '../store/webhook-deliveries.ts'
import { webhooks } from '../store/webhooks.ts'
import { caller } from '../webhooks/caller.ts'
import { DeliveryLog } from '../webhooks/delivery-log.ts'
import { WebhookDesk } from '../webhooks/desk.ts'
import { Dispatcher } from '../webhooks/dispatcher.ts'
import type { EventFeed, EventSink } from '../webhooks/feed.ts'
import { Slots } from '../webhooks/slots.ts'
import { TargetGuard } from '../webhooks/target-guard.ts'
import { realSchedule } from '../webhooks/waiting.ts'

/** Over all webhooks: what is slow elsewhere must not use up sockets here. */
const CALLS_AT_ONCE = 20

export interface WebhooksOptions {
  config: () => Config
  log: Log
  clock: Clock
  version: string
  database: Database
  /** Ready: lastId() is right. */
  events: EventFeed & EventSink
}

/** Webhooks go on where they stopped. Throws STORE_UNAVAILABLE. */
export async function startWebhooks(options: WebhooksOptions, lifecycle: Lifecycle): Promise<WebhookDesk> {
  const { config, clock, version, database, events } = options
  const log = options.log.module('webhooks')
  const guard = new TargetGuard({
    allowed: () => config().srt.webhookNetworks,
    contains: networkCheck(),
  })
  const store = webhooks(database)
  const deliveries = webhookDeliveries(database)
  const deliveryLog = new DeliveryLog(deliveries, log)
  const calls = { call: caller({ guard, version, clock }), slots: new Slots(CALLS_AT_ONCE), clock }
  const parts = { ...calls, store, log, schedule: realSchedule, deliveries: deliveryLog }
  const dispatcher = new Dispatcher({ ...parts, feed: events, sink: events })
  const desk = new WebhookDesk({ ...calls, store, deliveries, deliveryLog, dispatcher, guard, feed: events })
  lifecycle.started('webhooks', async () => {
    desk.stop()
    await dispatcher.stop()
  })
  await dispatcher.start()
  return desk
}
