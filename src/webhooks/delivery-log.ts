import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { NewDelivery, StoredDelivery, WebhookDeliveries } from '../store/webhook-deliveries.ts'

/** Calls since the start, those of tests too. */
export interface DeliveryCounts {
  taken: number
  failed: number
}

/** Counts deliveries and writes them down; that this fails holds no delivery up. */
export class DeliveryLog {
  readonly counts: DeliveryCounts = { taken: 0, failed: 0 }
  readonly #store: Pick<WebhookDeliveries, 'add'>
  readonly #log: Pick<Logger, 'warn'>
  #isFailing = false

  constructor(store: Pick<WebhookDeliveries, 'add'>, log: Pick<Logger, 'warn'>) {
    this.#store = store
    this.#log = log
  }

  /** Undefined: it could not be written, or the webhook is gone. */
  async add(delivery: NewDelivery): Promise<StoredDelivery | undefined> {
    // What was deleted before it could be sent is no call.
    if (delivery.attempt > 0) this.counts[delivery.error === null ? 'taken' : 'failed'] += 1
    try {
      const stored = await this.#store.add(delivery)
      this.#isFailing = false
      return stored
    } catch (error) {
      const fields = { webhookId: delivery.webhookId, reason: messageOf(error) }
      if (!this.#isFailing)
        this.#log.warn(fields, 'a delivery is missing in the delivery log; others are, silently')
      this.#isFailing = true
      return undefined
    }
  }
}
