import { randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type {
  DeliveryFilter,
  NewDelivery,
  StoredDelivery,
  WebhookDeliveries,
} from '../store/webhook-deliveries.ts'
import type { StoredWebhook, WebhookChange, WebhookSettings, Webhooks } from '../store/webhooks.ts'
import type { DeliveryCounts, DeliveryLog } from './delivery-log.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { EventFeed } from './feed.ts'
import { newSecret, secretProblem } from './secrets.ts'
import { type SendParts, send } from './send.ts'
import type { TargetGuard } from './target-guard.ts'
import { testBody } from './test-body.ts'
import { urlProblem } from './url-rules.ts'

const MOST_WEBHOOKS = 100
const OVERLAP_MS = 24 * 3_600_000
/** More are not counted: it is a question of a page, not of a bill. */
const PENDING_COUNTED = 1000

const AFRESH = { attempt: 0, nextAttemptMs: 0, failingSinceMs: null, pausedReason: null } as const

/** A webhook for people; its secret is never shown again. */
export interface WebhookDetails extends Omit<StoredWebhook, 'secret' | 'previousSecret' | 'previousUntilMs'> {
  /** Events that wait, counted up to 1000. */
  pending: number
  lastDelivery: StoredDelivery | null
}

export interface CreatedWebhook {
  details: WebhookDetails
  /** The only time that it can be seen. */
  secret: string
}

export interface NewWebhookWish extends WebhookSettings {
  /** Undefined: one is made. */
  secret?: string | undefined
}

export interface WebhookPatch extends Partial<WebhookSettings> {
  /** True also begins anew with one that fails. */
  isActive?: boolean
}

export interface WebhookDeskOptions extends SendParts {
  store: Webhooks
  deliveries: Pick<WebhookDeliveries, 'find'>
  deliveryLog: Pick<DeliveryLog, 'add' | 'counts'>
  dispatcher: Pick<Dispatcher, 'begin' | 'halt'>
  guard: Pick<TargetGuard, 'urlProblem'>
  feed: Pick<EventFeed, 'lastId'>
  clock: Clock
}

function invalid(where: string, what: string): AppError {
  return new AppError('BODY_INVALID', `Invalid field: ${where} ${what}`, { problems: [{ where, what }] })
}

/** What administrators do with webhooks; a change is in force when it resolves. */
export class WebhookDesk {
  readonly #options: WebhookDeskOptions
  readonly #stop = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: WebhookDeskOptions) {
    this.#options = options
  }

  get deliveryCounts(): Readonly<DeliveryCounts> {
    return this.#options.deliveryLog.counts
  }

  /** In the order in which they were added. */
  async list(): Promise<WebhookDetails[]> {
    const details: WebhookDetails[] = []
    for (const webhook of await this.#options.store.all()) details.push(await this.#detailsOf(webhook))
    return details
  }

  /** Undefined: there is no such webhook, here and below. */
  async get(id: number): Promise<WebhookDetails | undefined> {
    const webhook = await this.#options.store.get(id)
    return webhook && this.#detailsOf(webhook)
  }

  /** It gets what happens from now on. Throws BODY_INVALID, WEBHOOK_LIMIT. */
  add({ secret = newSecret(), ...wish }: NewWebhookWish): Promise<CreatedWebhook> {
    return this.#inTurn(async () => {
      const { store, feed, clock, dispatcher } = this.#options
      const settings = { ...wish, url: this.#checkedUrl(wish.url) }
      const problem = secretProblem(secret)
      if (problem !== undefined) throw invalid('secret', problem)
      if ((await store.all()).length >= MOST_WEBHOOKS)
        throw new AppError('WEBHOOK_LIMIT', `There are ${MOST_WEBHOOKS} webhooks already`)
      const none = { previousSecret: null, previousUntilMs: null }
      const start = { cursor: feed.lastId(), createdMs: Math.round(clock.nowMs()) }
      const webhook = await store.add({ ...settings, secret, ...none, ...start })
      dispatcher.begin(webhook)
      return { details: await this.#detailsOf(webhook), secret }
    })
  }

  /** Throws BODY_INVALID. */
  change(id: number, patch: WebhookPatch): Promise<WebhookDetails | undefined> {
    return this.#inTurn(async () => {
      const url = patch.url === undefined ? {} : { url: this.#checkedUrl(patch.url) }
      const isRenewed = patch.isActive !== undefined || patch.url !== undefined
      const webhook = await this.#replace(id, { ...patch, ...url, ...(isRenewed ? AFRESH : {}) })
      return webhook && this.#detailsOf(webhook)
    })
  }

  /** With its deliveries. False: there is no such webhook. */
  remove(id: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const { store, dispatcher } = this.#options
      const halted = await dispatcher.halt(id)
      try {
        return await store.remove(id)
      } catch (error) {
        if (halted !== undefined) dispatcher.begin(halted)
        throw error
      }
    })
  }

  /** The old secret signs beside the new one for a day. Throws BODY_INVALID. */
  rotateSecret(id: number, secret: string = newSecret()): Promise<CreatedWebhook | undefined> {
    return this.#inTurn(async () => {
      const problem = secretProblem(secret)
      if (problem !== undefined) throw invalid('secret', problem)
      const old = await this.#options.store.get(id)
      if (old === undefined) return undefined
      const previousUntilMs = Math.round(this.#options.clock.nowMs()) + OVERLAP_MS
      const change = { secret, previousSecret: old.secret, previousUntilMs }
      const webhook = await this.#replace(id, change)
      return webhook && { details: await this.#detailsOf(webhook), secret }
    })
  }

  /** Calls it once, now, even if it is paused; the queue is left alone. */
  async test(id: number): Promise<NewDelivery | undefined> {
    const { store, clock, deliveryLog } = this.#options
    const webhook = await store.get(id)
    if (webhook === undefined) return undefined
    const body = testBody(id, clock.nowMs())
    const letter = { id: `evt_test_${randomUUID()}`, body, signal: this.#stop.signal }
    const sent = await send(webhook, letter, this.#options)
    if (sent === undefined) throw new AppError('DRAINING', 'The server is shutting down')
    const { atMs, durationMs, status, error } = sent
    const about = { webhookId: id, eventId: null, eventType: 'test', attempt: 1 }
    const delivery: NewDelivery = { ...about, atMs, durationMs, status, error }
    return (await deliveryLog.add(delivery)) ?? delivery
  }

  /** Newest first; one row more than the limit tells that there is another page. */
  async deliveries(id: number, filter: DeliveryFilter): Promise<StoredDelivery[] | undefined> {
    const webhook = await this.#options.store.get(id)
    return webhook && this.#options.deliveries.find(id, filter)
  }

  /** Ends the calls that test. */
  stop(): void {
    this.#stop.abort()
  }

  /** With no worker in between that would write its own state over the change. */
  async #replace(id: number, change: WebhookChange): Promise<StoredWebhook | undefined> {
    const { store, dispatcher } = this.#options
    const halted = await dispatcher.halt(id)
    try {
      const webhook = await store.change(id, change)
      if (webhook !== undefined) dispatcher.begin(webhook)
      return webhook
    } catch (error) {
      if (halted !== undefined) dispatcher.begin(halted)
      throw error
    }
  }

  async #detailsOf(webhook: StoredWebhook): Promise<WebhookDetails> {
    const { secret, previousSecret, previousUntilMs, ...shown } = webhook
    const [lastDelivery = null] = await this.#options.deliveries.find(webhook.id, { limit: 1 })
    const pending = await this.#options.store.pending(webhook, PENDING_COUNTED)
    return { ...shown, pending, lastDelivery }
  }

  /** As the parser writes it. */
  #checkedUrl(text: string): string {
    const problem = urlProblem(text) ?? this.#options.guard.urlProblem(new URL(text))
    if (problem !== undefined) throw invalid('url', problem)
    return new URL(text).href
  }

  /** One change after the other. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}
