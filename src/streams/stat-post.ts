import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { takeCredentials } from '../lib/url-credentials.ts'
import { statReport } from './stat-report.ts'

export interface StatPostSettings {
  url: string
  intervalS: number
}

export interface StatPostOptions {
  /** Asked before each post, so that a reload counts at once; undefined: off. */
  settings: () => StatPostSettings | undefined
  connections: () => readonly ConnectionStats[]
  clock: Pick<Clock, 'monotonicMs'>
  log: Pick<Logger, 'info' | 'warn'>
  /** Of one post. Default 5000. */
  deadlineMs?: number
}

const DEADLINE_MS = 5000
/** How often the settings are looked at. */
const TICK_MS = 250

/** The host at most: path, query and user part of the URL may hold secrets. */
function shownUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an invalid URL'
}

/** The list of live connections, sent to stat_post_url each stat_post_interval; `[]` while nothing is live. */
export class StatPost {
  readonly #options: Required<StatPostOptions>
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  /** Of the post under way. */
  #abort: AbortController | undefined
  #isStopped = false
  #lastStartMs = Number.NEGATIVE_INFINITY
  #isFailing = false

  constructor(options: StatPostOptions) {
    this.#options = { deadlineMs: DEADLINE_MS, ...options }
  }

  /** The first post comes after one interval. */
  start(): void {
    if (this.#timer !== undefined) return
    this.#isStopped = false
    this.#lastStartMs = this.#options.clock.monotonicMs()
    this.#timer = setInterval(() => void this.tick(), TICK_MS).unref()
  }

  /** Cuts off a post that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#isStopped = true
    this.#abort?.abort()
    await this.#running
  }

  /** Posts if it is time and no post is under way; resolves when that post is over. Never rejects. */
  tick(): Promise<void> {
    const settings = this.#options.settings()
    if (settings === undefined || settings.url === '') return Promise.resolve()
    if (this.#running !== undefined) return this.#running
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs - this.#lastStartMs < settings.intervalS * 1000) return Promise.resolve()
    this.#lastStartMs = nowMs
    this.#running = this.#attempt(settings.url).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #attempt(url: string): Promise<void> {
    const { log } = this.#options
    try {
      await this.#post(url)
      if (this.#isFailing) log.info({ host: shownUrl(url) }, 'stat_post_url takes the statistics again')
      this.#isFailing = false
    } catch (error) {
      if (this.#isStopped) return
      const fields = { host: shownUrl(url), reason: reasonOf(error) }
      if (!this.#isFailing)
        log.warn(fields, 'stat_post_url does not take the statistics; tried again silently')
      this.#isFailing = true
    }
  }

  async #post(text: string): Promise<void> {
    const { connections, deadlineMs } = this.#options
    const url = new URL(text)
    const authorization = takeCredentials(url)
    // One for each post: AbortSignal.any() keeps a part of every signal that was ever made of a lasting one.
    const abort = new AbortController()
    this.#abort = abort
    const late = new Error(`no answer in ${deadlineMs} ms`)
    const timer = setTimeout(() => abort.abort(late), deadlineMs)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify(connections().map(statReport)),
        redirect: 'manual',
        signal: abort.signal,
      })
      // Unread bodies keep their connection busy.
      await response.body?.cancel()
      if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** fetch hides the real reason (ECONNREFUSED and the like) in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause === undefined) return messageOf(error)
  return cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause)
}
