import { onTestFinished, vi } from 'vitest'
import { AlertDesk } from '../../../src/alerts/alert-desk.ts'
import { AlertBook } from '../../../src/alerts/book.ts'
import { AlertEvaluator } from '../../../src/alerts/evaluator.ts'
import type { ConnectionStats } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { alertRules, type NewAlertRule } from '../../../src/store/alert-rules.ts'
import { type Alert, type Alerts, alerts } from '../../../src/store/alerts.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import type { NewEvent } from '../../../src/store/events.ts'
import { MemoryLog, TestClock } from '../../support/memory.ts'
import { sample } from '../streams/samples.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

export const RULE: NewAlertRule = {
  name: 'Low',
  kind: 'bitrate_below',
  player: 'live',
  threshold: 1000,
  clearThreshold: 1100,
  forS: 3,
  clearForS: 2,
  isActive: true,
}

type Live = Partial<Omit<ConnectionStats, 'streamKey' | 'role'>>

/** Streams that a test makes up, held against rules in a real table, each second when the test says so. */
export class AlertWorld {
  readonly clock = new TestClock()
  readonly log = new MemoryLog()
  readonly events: NewEvent[] = []
  /** Stream key -> players. */
  readonly pairs = new Map<string, string[]>([['cam', ['live']]])
  /** Stream key -> its publisher. */
  readonly live = new Map<string, ConnectionStats>()
  readonly database: Database
  readonly store: Alerts
  desk: AlertDesk
  evaluator: AlertEvaluator
  isStoreBroken = false
  mostOpen = 10_000

  private constructor(database: Database) {
    this.database = database
    this.store = alerts(database)
    const built = this.#build()
    this.desk = built.desk
    this.evaluator = built.evaluator
  }

  static async open(): Promise<AlertWorld> {
    const database = await openDatabase({ path: ':memory:' })
    onTestFinished(() => database.close())
    const world = new AlertWorld(database)
    await world.desk.load()
    return world
  }

  /** As if the process had ended and another one had come up. */
  async restart(): Promise<void> {
    await this.evaluator.stop()
    const built = this.#build()
    this.desk = built.desk
    this.evaluator = built.evaluator
    await this.desk.load()
  }

  #build() {
    const { clock, store, database } = this
    const guard = <T>(task: () => Promise<T>) =>
      this.isStoreBroken ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'broken')) : task()
    const guarded = {
      open: () => store.open(),
      raise: (list: Parameters<Alerts['raise']>[0]) => guard(() => store.raise(list)),
      clear: (list: Parameters<Alerts['clear']>[0]) => guard(() => store.clear(list)),
    }
    const events = { emit: (event: NewEvent) => void this.events.push(event) }
    const book = new AlertBook({ alerts: guarded, events, clock })
    const evaluator = new AlertEvaluator({
      connections: () => [...this.live.values()],
      pairs: {
        hasPlayer: player => this.#streamOf(player),
        playersOf: streamKey => this.pairs.get(streamKey) ?? [],
      },
      book,
      clock,
      log: this.log.logger,
      mostOpen: this.mostOpen,
    })
    const desk = new AlertDesk({ rules: alertRules(database), alerts: store, evaluator, clock })
    return { desk, evaluator }
  }

  #streamOf(player: string): string | undefined {
    for (const [streamKey, players] of this.pairs) if (players.includes(player)) return streamKey
    return undefined
  }

  add(changes: Partial<NewAlertRule> = {}) {
    return this.desk.add({ ...RULE, ...changes })
  }

  /** Sets what a publisher is like from now on. */
  publish(streamKey: string, changes: Live = {}): void {
    const now = this.live.get(streamKey) ?? sample({ streamKey, streamId: streamKey, rateKbps: 5000 })
    this.live.set(streamKey, { ...now, ...changes })
  }

  /** Lets seconds pass, with a look at the end of each; data flows where there is a rate. */
  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i += 1) {
      for (const [key, stats] of this.live) {
        const bytes = stats.bytes + stats.rateKbps * 125
        this.live.set(key, { ...stats, bytes })
      }
      this.clock.advance(1000)
      await this.evaluator.tick()
    }
  }

  open(): Promise<Alert[]> {
    return this.store.find({ isOpen: true, scope: null, limit: 100_000 })
  }

  all(): Promise<Alert[]> {
    return this.store.find({ isOpen: false, scope: null, limit: 100_000 })
  }

  /** What was told since the last call: 'raised live'. */
  told(): string[] {
    return this.events.splice(0).map(({ type, player }) => `${type.replace('alert.', '')} ${player}`)
  }
}
