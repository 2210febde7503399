import { setImmediate as breathe } from 'node:timers/promises'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { StoredEvent } from '../store/events.ts'
import type { StoredWebhook } from '../store/webhooks.ts'
import { bodyOf } from './body.ts'
import type { DeliveryLog } from './delivery-log.ts'
import type { EventFeed } from './feed.ts'
import { Progress, type ProgressParts } from './progress.ts'
import { type SendParts, type Sent, send } from './send.ts'
import { Bell, wait } from './waiting.ts'
import { wants } from './wants.ts'

const BATCH_EVENTS = 100
const AFTER_FAULT_MS = 5000

export interface WorkerParts extends ProgressParts, SendParts {
  feed: Pick<EventFeed, 'after' | 'lastId'>
  deliveries: Pick<DeliveryLog, 'add'>
  log: Pick<Logger, 'info' | 'warn'>
  /** It has given up, and its state is in the table. */
  onPaused: (webhook: StoredWebhook, reason: string) => void
}

/**
 * Tells one endpoint of its events: each after the one before has been taken, so in order, and at least once. The queue
 * is the table of events, behind the cursor.
 */
export class Worker {
  readonly #webhook: StoredWebhook
  readonly #parts: WorkerParts
  readonly #progress: Progress
  readonly #bell = new Bell()
  readonly #stop = new AbortController()
  /** The next events behind the cursor. */
  #batch: readonly StoredEvent[] = []
  #isFailing: boolean
  #isStuck = false
  #running: Promise<void> | undefined

  constructor(webhook: StoredWebhook, parts: WorkerParts) {
    this.#webhook = webhook
    this.#parts = parts
    this.#progress = new Progress(webhook, parts)
    this.#isFailing = webhook.failingSinceMs !== null
  }

  /** As it stands. */
  get webhook(): StoredWebhook {
    return { ...this.#webhook, ...this.#progress.now }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Events have been stored: who waits for just these need not read them again. */
  offer(events: readonly StoredEvent[]): void {
    const isNext = this.#batch.length === 0 && events[0]?.id === this.#progress.cursor + 1
    if (isNext) this.#batch = events
    this.#bell.ring()
  }

  /** Cuts off a call that is under way: it is made again after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted && this.#progress.isActive) {
      try {
        const event = await this.#next()
        if (event === undefined) await this.#bell.wait(signal)
        else await this.#deliver(event)
        this.#isStuck = false
      } catch (error) {
        const fields = { webhookId: this.#webhook.id, reason: messageOf(error) }
        if (!this.#isStuck)
          this.#parts.log.warn(fields, 'a webhook cannot read its events; tried again silently')
        this.#isStuck = true
        await wait(AFTER_FAULT_MS, this.#parts.schedule, signal)
      }
    }
    await this.#progress.close()
  }

  /** The next event that the webhook wants; it stays the next until it has been taken. Undefined: there is none yet. */
  async #next(): Promise<StoredEvent | undefined> {
    while (!this.#stop.signal.aborted) {
      if (this.#batch.length === 0) await this.#read()
      if (this.#batch.length === 0) return undefined
      const index = await this.#firstWanted()
      if (index >= 0) return this.#batch[index]
      // A long stretch of events for others must not keep everything else waiting.
      await breathe()
    }
    return undefined
  }

  /** Moves the cursor over the events of the batch that aren't wanted. -1: none is. */
  async #firstWanted(): Promise<number> {
    for (const event of this.#batch) {
      await this.#noteGap(event.id)
      if (wants(this.#webhook, event)) {
        this.#batch = this.#batch.slice(this.#batch.indexOf(event))
        return 0
      }
      this.#progress.skipTo(event.id)
    }
    this.#batch = []
    return -1
  }

  async #read(): Promise<void> {
    const { feed } = this.#parts
    this.#bell.reset()
    // Before the events: one that is stored in between is none that is missing.
    const lastId = feed.lastId()
    const { cursor } = this.#progress
    const batch = await feed.after(cursor, BATCH_EVENTS)
    // A batch that was offered meanwhile begins at the same event.
    this.#batch = batch
    if (batch.length === 0 && lastId > cursor) await this.#noteGap(lastId + 1)
  }

  /** Ids have no holes: what is missing before `nextId` was deleted too early. */
  async #noteGap(nextId: number): Promise<void> {
    const firstMissing = this.#progress.cursor + 1
    if (nextId <= firstMissing) return
    const count = nextId - firstMissing
    const what =
      count === 1
        ? `1 stored event (id ${firstMissing}) was`
        : `${count} stored events (ids ${firstMissing} to ${nextId - 1}) were`
    await this.#parts.deliveries.add({
      ...{ webhookId: this.#webhook.id, eventId: null, eventType: 'missed', attempt: 0 },
      ...{ atMs: this.#parts.clock.nowMs(), durationMs: 0, status: null },
      error: `${what} deleted before this webhook came to them; see event_retention_days and event_limit`,
    })
    this.#progress.skipTo(nextId - 1)
  }

  /** One attempt, when it is time for it. */
  async #deliver(event: StoredEvent): Promise<void> {
    const { signal } = this.#stop
    const { waitMs } = this.#progress
    if (waitMs > 0) return wait(waitMs, this.#parts.schedule, signal)
    const sent = await send(
      this.#webhook,
      { id: `evt_${event.id}`, body: bodyOf(event), signal },
      this.#parts,
    )
    // What was cut off here says nothing about the endpoint.
    if (sent === undefined || (signal.aborted && sent.error !== null)) return
    const attempt = this.#progress.nextAttempt
    if (sent.error === null) await this.#taken(event)
    else await this.#refused(sent)
    const { atMs, durationMs, status, error } = sent
    await this.#parts.deliveries.add({
      ...{ webhookId: this.#webhook.id, eventId: event.id, eventType: event.type, attempt },
      ...{ atMs, durationMs, status, error },
    })
  }

  async #taken(event: StoredEvent): Promise<void> {
    this.#batch = this.#batch.slice(1)
    if (this.#isFailing) this.#parts.log.info(this.#fields(), 'a webhook takes events again')
    this.#isFailing = false
    await this.#progress.succeeded(event.id)
  }

  async #refused(sent: Sent): Promise<void> {
    if (!this.#isFailing)
      this.#parts.log.warn(
        { ...this.#fields(), reason: sent.error },
        'a webhook does not take events; tried again silently',
      )
    this.#isFailing = true
    const reason = await this.#progress.failed(sent)
    if (reason !== undefined) this.#parts.onPaused(this.#webhook, reason)
  }

  /** Path and query of the URL may be secrets. */
  #fields() {
    return { webhookId: this.#webhook.id, host: new URL(this.#webhook.url).host }
  }
}
