import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../lib/clock.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Events, NewEvent, StoredEvent } from '../store/events.ts'
import { LossReport } from './loss-report.ts'
import { RecentEvents } from './recent-events.ts'
import { WaitingEvents } from './waiting-events.ts'

export type { NewEvent, StoredEvent } from '../store/events.ts'

export interface EventSink {
  /** Never throws and never waits: the event is stored soon, with others, in the order of the calls. */
  emit(event: NewEvent): void
}

export type EventsListener = (events: readonly StoredEvent[]) => void

export interface EventFeed {
  /** Those with a higher id, oldest first. Throws STORE_UNAVAILABLE. */
  after(id: number, limit: number): Promise<readonly StoredEvent[]>
  /** Of the newest stored; 0 = there was none yet. */
  lastId(): number
  /** Called after each batch has been stored. Returns the unsubscription. */
  onStored(listener: EventsListener): () => void
}

export interface EventHubOptions {
  store: Pick<Events, 'append' | 'after' | 'before' | 'lastId' | 'prune'>
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  clock: Clock
  /** Read with each pruning. */
  keep: () => { retentionDays: number; limit: number }
  /** Events that wait to be stored; more are lost. Default 10 000. */
  capacity?: number
  /** Of the newest events, in memory. Default 2000. */
  recentCapacity?: number
}

const CAPACITY = 10_000
const RECENT_CAPACITY = 2000
const ROWS_PER_STATEMENT = 500
/** Long enough for the companions of an event, too short to be noticed. */
const FLUSH_DELAY_MS = 10
const RETRY_FIRST_MS = 100
const RETRY_MOST_MS = 5000
const PRUNE_INTERVAL_MS = 3_600_000
/** Of event_limit: so many new ones and the oldest are deleted before the hour is over. */
const PRUNE_SHARE = 0.1

/** What happened: stored in order, and then told to whoever listens. */
export class EventHub implements EventSink, EventFeed {
  readonly #options: EventHubOptions
  readonly #waiting: WaitingEvents
  readonly #losses: LossReport
  readonly #listeners = new Set<EventsListener>()
  #recent: RecentEvents
  #timer: NodeJS.Timeout | undefined
  #pruneTimer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #pruning: Promise<void> | undefined
  #storedSincePrune = 0
  #failureCount = 0
  /** One of the next so many cannot be stored, and is looked for one by one. */
  #suspectCount = 0
  #isStopped = false

  constructor(options: EventHubOptions) {
    this.#options = options
    this.#waiting = new WaitingEvents(options.capacity ?? CAPACITY)
    this.#losses = new LossReport(options.log)
    this.#recent = new RecentEvents(options.recentCapacity ?? RECENT_CAPACITY, 0)
  }

  /** Before anything is emitted. Throws STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    const { store, recentCapacity = RECENT_CAPACITY } = this.#options
    this.#recent = new RecentEvents(recentCapacity, await store.lastId())
    this.#prune()
    this.#pruneTimer = setInterval(() => this.#prune(), PRUNE_INTERVAL_MS).unref()
  }

  emit(event: NewEvent): void {
    if (this.#isStopped) {
      this.#losses.add(1)
      return
    }
    this.#losses.add(this.#waiting.push(event))
    this.#schedule()
  }

  async after(id: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.#recent.after(id, limit) ?? (await this.#options.store.after(id, limit))
  }

  lastId(): number {
    return this.#recent.lastId
  }

  onStored(listener: EventsListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Newest first, of these types (empty: all), with lower ids; undefined: from the newest. Throws STORE_UNAVAILABLE. */
  before(id: number | undefined, types: readonly string[], limit: number): Promise<readonly StoredEvent[]> {
    return this.#options.store.before(id, types, limit)
  }

  /** Stores what waits, as far as the store takes it. Never throws. */
  async flush(): Promise<void> {
    // One may be under way that began before the last events came.
    await this.#writing
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
      if (this.#waiting.size > 0) this.#schedule()
    })
    await this.#writing
  }

  /** Stores what waits; what can't be stored now is lost and counted. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#pruneTimer)
    do await this.flush()
    while (this.#waiting.size > 0 && this.#failureCount === 0)
    await this.#pruning
    clearTimeout(this.#timer)
    this.#losses.add(this.#waiting.take(this.#waiting.size).length)
    this.#losses.stop()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isStopped) return
    const backOffMs = RETRY_FIRST_MS * 2 ** Math.min(this.#failureCount - 1, 10)
    const delayMs = this.#failureCount === 0 ? FLUSH_DELAY_MS : Math.min(RETRY_MOST_MS, backOffMs)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.flush()
    }, delayMs).unref()
  }

  async #write(): Promise<void> {
    // What comes meanwhile is left to the next one: under a steady load there would be no end.
    for (let leftCount = this.#waiting.size; leftCount > 0; ) {
      const batch = this.#waiting.take(this.#suspectCount > 0 ? 1 : Math.min(leftCount, ROWS_PER_STATEMENT))
      if (batch.length === 0 || !(await this.#store(batch))) return
      leftCount -= batch.length
      await nextTurn()
    }
  }

  /** False: what waits has to wait longer. */
  async #store(batch: readonly NewEvent[]): Promise<boolean> {
    try {
      const stored = await this.#options.store.append(batch)
      if (this.#failureCount > 0) this.#options.log.info('events are stored again')
      this.#failureCount = 0
      this.#suspectCount = Math.max(0, this.#suspectCount - batch.length)
      this.#tell(stored)
      return true
    } catch (error) {
      return this.#failed(batch, error)
    }
  }

  #failed(batch: readonly NewEvent[], error: unknown): boolean {
    const isTemporary = error instanceof AppError && error.code === 'STORE_UNAVAILABLE'
    if (!isTemporary && batch.length === 1) {
      // It would fail for ever and hold up the rest.
      this.#options.log.error({ err: error, type: batch[0]?.type }, 'an event cannot be stored')
      this.#suspectCount -= 1
      this.#losses.add(1)
      return true
    }
    this.#losses.add(this.#waiting.putBack(batch))
    if (!isTemporary) {
      this.#suspectCount = batch.length
      return true
    }
    if (this.#failureCount === 0) {
      this.#options.log.error({ err: error }, `events can't be stored: ${messageOf(error)}`)
    }
    this.#failureCount += 1
    return false
  }

  #tell(events: readonly StoredEvent[]): void {
    this.#recent.add(events)
    for (const listener of [...this.#listeners]) {
      try {
        listener(events)
      } catch (error) {
        // One listener's fault must not keep the events from the others.
        this.#options.log.error({ err: error }, 'a listener to events failed')
      }
    }
    this.#storedSincePrune += events.length
    if (this.#storedSincePrune > this.#options.keep().limit * PRUNE_SHARE) this.#prune()
  }

  #prune(): void {
    this.#storedSincePrune = 0
    const { store, keep, clock, log } = this.#options
    const { retentionDays, limit } = keep()
    this.#pruning ??= store
      .prune(retentionDays, limit, clock.nowMs())
      .then(() => undefined)
      .catch(error => log.error({ err: error }, 'old events could not be removed'))
      .finally(() => {
        this.#pruning = undefined
      })
  }
}
