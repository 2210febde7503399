import { randomUUID } from 'node:crypto'
import type { ConnectionStats, EngineEvent } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { MeasuredStreams } from '../store/measured-streams.ts'
import type { PastSessions } from '../store/past-sessions.ts'
import type { Samples } from '../store/samples.ts'
import { Complaints } from './complaints.ts'
import { Meter } from './meter.ts'
import { Retention } from './retention.ts'
import { SessionBook, type SessionBookOptions } from './session-book.ts'

export const SAMPLE_INTERVAL_MS = 10_000
/** Nearer than this the next one is meant: timers may be early. */
const LEAST_DELAY_MS = 1000
const FLUSH_DELAY_MS = 1000
const PRUNE_INTERVAL_MS = 3_600_000
/** Not in the middle of the start. */
const FIRST_PRUNE_MS = 60_000

export interface AnalyticsOptions {
  /** Both asked each time, so that a reload counts at once. */
  isOn: () => boolean
  retentionDays: () => number
  /** Everybody who is live. May throw ENGINE_STOPPED. */
  connections: () => readonly ConnectionStats[]
  samples: Pick<Samples, 'add' | 'prune'>
  sessions: Pick<PastSessions, 'put' | 'progress' | 'closeOpen' | 'prune'>
  streams: Pick<MeasuredStreams, 'prune'>
  encryptionOf: SessionBookOptions['encryptionOf']
  clock: Clock
  log: Pick<Logger, 'error' | 'info'>
}

/**
 * Measures live streams every 10 s and remembers sessions. Nothing of it may hold up the relay: a database that fails
 * costs the figures of that time, and is logged once a minute.
 */
export class Analytics {
  /** Of this run of the server. */
  readonly runId = randomUUID()
  readonly #options: AnalyticsOptions
  readonly #meter: Meter
  readonly #book: SessionBook
  readonly #retention: Retention
  readonly #complaints: Complaints
  readonly #timers = new Map<'sample' | 'flush' | 'prune', NodeJS.Timeout>()
  #isRunning: boolean
  /** `analytics off` came while sessions were open. */
  #isToClose = false
  #ticking: Promise<void> | undefined
  #pruning: Promise<void> | undefined
  #isStopped = false

  constructor(options: AnalyticsOptions) {
    this.#options = options
    const { clock, log, sessions, encryptionOf } = options
    this.#isRunning = options.isOn()
    this.#meter = new Meter(clock.monotonicMs())
    this.#book = new SessionBook({ store: sessions, runId: this.runId, encryptionOf })
    this.#retention = new Retention(options)
    this.#complaints = new Complaints(clock, log)
  }

  /** Ends what another run has left open, and begins to measure. Never throws. */
  async start(): Promise<void> {
    await this.#attempt('sessions of before could not be ended', () =>
      this.#options.sessions.closeOpen({ notOfRun: this.runId }, 'crash'),
    )
    this.#schedule()
    this.#timer('prune', FIRST_PRUNE_MS, () => void this.prune())
  }

  /** After whoever keeps `connections` has had them. */
  onEvents(batch: readonly EngineEvent[]): void {
    if (!this.#follow()) return
    const nowMs = this.#options.clock.monotonicMs()
    this.#meter.onEvents(batch, nowMs)
    this.#book.onEvents(batch, nowMs)
    if (!this.#book.hasWaiting || this.#timers.has('flush') || this.#isStopped) return
    this.#timer('flush', FLUSH_DELAY_MS, () => void this.flush())
  }

  /** Measures now. Resolves when it is written or has failed; never rejects. */
  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = undefined
    })
    return this.#ticking
  }

  /** What is known of sessions is in the database when it resolves, or can't be written now. Never rejects. */
  async flush(): Promise<void> {
    this.#forgetTimer('flush')
    await this.#attempt('sessions could not be written', () => this.#book.flush())
    const lostCount = this.#book.takeLostCount()
    if (lostCount > 0) this.#options.log.error({ count: lostCount }, 'sessions are missing in the history')
  }

  /** Deletes what is too old. Never rejects. */
  prune(): Promise<void> {
    this.#timer('prune', PRUNE_INTERVAL_MS, () => void this.prune())
    this.#pruning ??= this.#attempt('old figures could not be deleted', () =>
      this.#retention.run(this.#options.clock.nowMs()),
    ).finally(() => {
      this.#pruning = undefined
    })
    return this.#pruning
  }

  /** Writes the last figures: when the engine has told of the end of every session. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#retention.stop()
    for (const name of [...this.#timers.keys()]) this.#forgetTimer(name)
    await this.#ticking
    await this.tick()
    await this.flush()
    await this.#pruning
  }

  /** Whether it is on; what has changed since the last look is followed. */
  #follow(): boolean {
    const isOn = this.#options.isOn()
    if (isOn === this.#isRunning) return isOn
    this.#isRunning = isOn
    this.#meter.reset(this.#options.clock.monotonicMs())
    this.#book.reset()
    if (!isOn) this.#isToClose = true
    return isOn
  }

  async #tick(): Promise<void> {
    const { sessions, clock } = this.#options
    const isOn = this.#follow()
    if (this.#isToClose) {
      this.#isToClose = false
      await this.#attempt('sessions could not be closed', () =>
        sessions.closeOpen({ ofRun: this.runId }, 'analytics-off'),
      )
    }
    if (!isOn) return
    const connections = this.#connections()
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.nowMs()]
    // The middle of the time that is measured: a timer that is early or late hits the same row.
    const middleMs = wallMs - Math.min(this.#meter.elapsedMs(nowMs), SAMPLE_INTERVAL_MS) / 2
    const { streams, total } = this.#meter.take(connections ?? [], nowMs, wallMs)
    const atS = Math.floor(middleMs / SAMPLE_INTERVAL_MS) * (SAMPLE_INTERVAL_MS / 1000)
    await this.#attempt('streams could not be measured', () => this.#options.samples.add(atS, streams, total))
    if (connections === undefined) return
    await this.#attempt('sessions could not be written', () => this.#book.pass(connections, nowMs))
  }

  /** At the next multiple of 10 s of the wall clock. Whatever is done with that, in 11 s at the latest. */
  #schedule(): void {
    const leftMs = SAMPLE_INTERVAL_MS - (this.#options.clock.nowMs() % SAMPLE_INTERVAL_MS)
    const delayMs = leftMs < LEAST_DELAY_MS ? leftMs + SAMPLE_INTERVAL_MS : leftMs
    this.#timer('sample', delayMs, () => void this.tick().then(() => this.#schedule()))
  }

  #timer(name: 'sample' | 'flush' | 'prune', delayMs: number, act: () => void): void {
    if (this.#isStopped) return
    this.#forgetTimer(name)
    this.#timers.set(name, setTimeout(act, delayMs).unref())
  }

  #forgetTimer(name: 'sample' | 'flush' | 'prune'): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }

  /** Undefined: the engine has stopped, and its last events tell all that is left. */
  #connections(): readonly ConnectionStats[] | undefined {
    try {
      return this.#options.connections()
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENGINE_STOPPED') return undefined
      throw error
    }
  }

  async #attempt(what: string, task: () => Promise<unknown>): Promise<void> {
    try {
      await task()
      this.#complaints.worked(what)
    } catch (error) {
      this.#complaints.failed(what, error)
    }
  }
}
