import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { StoredWebhook, WebhookProgress, Webhooks } from '../store/webhooks.ts'
import { BACKOFF_CAP_MS, backoffMs } from './backoff.ts'
import type { CallOutcome } from './caller.ts'
import type { Schedule } from './waiting.ts'

const GIVE_UP_AFTER_MS = 24 * 3_600_000
/** As well, for the hours in which the server was down, or its clock wrong, are no fault of the endpoint. */
const GIVE_UP_AFTER_ATTEMPTS = 20
/** Of the longest wait there is: a Retry-After. */
const LONGEST_WAIT_MS = Math.max(BACKOFF_CAP_MS, 3_600_000)
const LAZY_MS = 1000

export interface ProgressParts {
  store: Pick<Webhooks, 'saveProgress'>
  clock: Clock
  schedule: Schedule
  log: Pick<Logger, 'warn'>
  random?: () => number
}

/** How far a webhook got: true in memory, kept in the table, and timed by a clock that can't jump while it runs. */
export class Progress {
  readonly #parts: ProgressParts
  readonly #id: number
  readonly #now: WebhookProgress
  /** By the monotonic clock. */
  #retryAtMs: number
  #failingSinceMs: number | undefined
  #isDirty = false
  #isWriteFailing = false
  #cancelWrite: (() => void) | undefined

  constructor(webhook: StoredWebhook, parts: ProgressParts) {
    const { isActive, pausedReason, cursor, attempt, nextAttemptMs, failingSinceMs } = webhook
    this.#parts = parts
    this.#id = webhook.id
    this.#now = { isActive, pausedReason, cursor, attempt, nextAttemptMs, failingSinceMs }
    const nowMs = parts.clock.nowMs()
    const monotonicMs = parts.clock.monotonicMs()
    // A wall clock that was set back must not hold an endpoint up for as long.
    this.#retryAtMs = monotonicMs + Math.min(Math.max(nextAttemptMs - nowMs, 0), LONGEST_WAIT_MS)
    if (failingSinceMs !== null) this.#failingSinceMs = monotonicMs - Math.max(nowMs - failingSinceMs, 0)
  }

  get now(): Readonly<WebhookProgress> {
    return this.#now
  }

  get cursor(): number {
    return this.#now.cursor
  }

  /** Of the attempt that comes next, from 1. */
  get nextAttempt(): number {
    return this.#now.attempt + 1
  }

  get isActive(): boolean {
    return this.#now.isActive
  }

  /** Milliseconds until the next attempt may be made. */
  get waitMs(): number {
    return Math.max(0, this.#retryAtMs - this.#parts.clock.monotonicMs())
  }

  /** Nothing up to there concerns the webhook. Written within a second. */
  skipTo(cursor: number): void {
    this.#now.cursor = cursor
    this.#isDirty = true
    this.#writeLater()
  }

  async succeeded(cursor: number): Promise<void> {
    Object.assign(this.#now, { cursor, attempt: 0, nextAttemptMs: 0, failingSinceMs: null })
    this.#retryAtMs = this.#parts.clock.monotonicMs()
    this.#failingSinceMs = undefined
    await this.#save()
  }

  /** Resolves to why it was given up; undefined: it goes on, after a while. */
  async failed({ status, error, retryAfterMs = 0 }: CallOutcome): Promise<string | undefined> {
    const { clock, random } = this.#parts
    const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()]
    this.#now.attempt += 1
    const waitMs = Math.max(backoffMs(this.#now.attempt, random), retryAfterMs)
    this.#retryAtMs = monotonicMs + waitMs
    this.#now.nextAttemptMs = Math.round(nowMs + waitMs)
    this.#failingSinceMs ??= monotonicMs
    this.#now.failingSinceMs ??= Math.round(nowMs)
    const isTooLong =
      monotonicMs - this.#failingSinceMs >= GIVE_UP_AFTER_MS && this.#now.attempt >= GIVE_UP_AFTER_ATTEMPTS
    const since = new Date(this.#now.failingSinceMs).toISOString()
    if (status === 410) this.#now.pausedReason = 'It answered 410: it is gone for good.'
    else if (isTooLong) this.#now.pausedReason = `It has failed since ${since}; the last time: ${error}.`
    this.#now.isActive = this.#now.pausedReason === null
    await this.#save()
    return this.#now.pausedReason ?? undefined
  }

  /** Writes what isn't written; to be called last. */
  async close(): Promise<void> {
    this.#cancelWrite?.()
    this.#cancelWrite = undefined
    if (this.#isDirty) await this.#write()
  }

  async #save(): Promise<void> {
    this.#isDirty = true
    if (!(await this.#write())) this.#writeLater()
  }

  #writeLater(): void {
    this.#cancelWrite ??= this.#parts.schedule(() => {
      this.#cancelWrite = undefined
      void this.#write().then(isWritten => {
        if (!isWritten) this.#writeLater()
      })
    }, LAZY_MS)
  }

  /** False: it failed. What is lost by it is sent once more after a restart. */
  async #write(): Promise<boolean> {
    this.#isDirty = false
    try {
      await this.#parts.store.saveProgress(this.#id, { ...this.#now })
      this.#isWriteFailing = false
      return true
    } catch (error) {
      this.#isDirty = true
      const fields = { webhookId: this.#id, reason: messageOf(error) }
      if (!this.#isWriteFailing)
        this.#parts.log.warn(fields, 'the progress of a webhook cannot be written; tried again silently')
      this.#isWriteFailing = true
      return false
    }
  }
}
