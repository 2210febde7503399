import type { StoredEvent } from '../store/events.ts'
import type { StoredWebhook, Webhooks } from '../store/webhooks.ts'
import type { EventFeed, EventSink } from './feed.ts'
import { Worker, type WorkerParts } from './worker.ts'

export interface DispatcherOptions extends Omit<WorkerParts, 'feed' | 'store' | 'onPaused'> {
  feed: EventFeed
  sink: EventSink
  store: Pick<Webhooks, 'all' | 'saveProgress'>
}

/** One worker for each webhook that is active. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #workers = new Map<number, Worker>()
  #unsubscribe: (() => void) | undefined
  #isStopped = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Throws STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    for (const webhook of await this.#options.store.all()) this.begin(webhook)
    this.#unsubscribe = this.#options.feed.onStored(events => this.#offer(events))
  }

  /** A webhook as it is in the table; its old worker must have been halted. */
  begin(webhook: StoredWebhook): void {
    if (!webhook.isActive || this.#isStopped) return
    const worker = new Worker(webhook, { ...this.#options, onPaused: (...why) => this.#paused(...why) })
    this.#workers.set(webhook.id, worker)
    worker.start()
  }

  /** Resolves when nothing is under way, to the webhook as it stands; undefined: it had no worker. */
  async halt(id: number): Promise<StoredWebhook | undefined> {
    const worker = this.#workers.get(id)
    await worker?.stop()
    if (this.#workers.get(id) === worker) this.#workers.delete(id)
    return worker?.webhook
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#unsubscribe?.()
    await Promise.all([...this.#workers.keys()].map(id => this.halt(id)))
  }

  #offer(events: readonly StoredEvent[]): void {
    for (const worker of this.#workers.values()) worker.offer(events)
  }

  #paused({ id, url }: StoredWebhook, reason: string): void {
    const { host } = new URL(url)
    const { log, clock, sink } = this.#options
    log.warn({ webhookId: id, host, reason }, 'a webhook is paused: PATCH /api/webhooks resumes it')
    const data = { webhook_id: id, host, reason }
    const nobody = { player: null, players: [], sessionId: null }
    sink.emit({ atMs: clock.nowMs(), type: 'webhook.paused', ...nobody, data })
  }
}
