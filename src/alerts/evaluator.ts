import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { AlertRule } from '../store/alert-rules.ts'
import type { AlertBook } from './book.ts'
import { Meters } from './meters.ts'
import { read } from './reading.ts'
import { type Findings, RuleWatch } from './rule-watch.ts'
import type { OpenAlert } from './watch.ts'

const INTERVAL_MS = 1000
/** While the process stood still nobody looked: that time does not count for any rule. */
const LONGEST_STEP_MS = 2 * INTERVAL_MS
/** A power cut with many streams and rules must not fill the disk. */
const MOST_OPEN = 10_000

/** The pairs of stream IDs, from memory. */
export interface Pairs {
  /** Undefined: there is no such player. */
  hasPlayer(player: string): string | undefined
  playersOf(streamKey: string): readonly string[]
}

export interface EvaluatorOptions {
  connections: () => readonly ConnectionStats[]
  pairs: Pairs
  book: AlertBook
  clock: Pick<Clock, 'monotonicMs'>
  log: Logger
  /** Default 10,000. */
  mostOpen?: number
}

/** Holds every live stream against every rule, once a second. */
export class AlertEvaluator {
  readonly #options: EvaluatorOptions
  readonly #meters = new Meters()
  #watches = new Map<number, RuleWatch>()
  /** Of rules that are gone, as yet only in memory. */
  #orphans: OpenAlert[] = []
  /** When each stream that was live since the start was so last. */
  readonly #lastLiveMs = new Map<string, number>()
  #nowMs = 0
  #lastTickMs: number
  #queue: Promise<void> = Promise.resolve()
  #isBusy = false
  #isFailing = false
  #isFull = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: EvaluatorOptions) {
    this.#options = options
    this.#lastTickMs = options.clock.monotonicMs()
  }

  /** Takes up what an earlier run left open. Throws STORE_UNAVAILABLE. */
  async load(rules: readonly AlertRule[]): Promise<void> {
    this.#adopt(rules)
    for (const alert of await this.#options.book.open()) {
      const ruleWatch = this.#watches.get(alert.ruleId)
      if (ruleWatch?.rule.kind === alert.kind) ruleWatch.opened(alert.player, alert)
      else this.#orphans.push(alert)
    }
  }

  /** Looks each second from now on. */
  start(): void {
    this.#timer = setInterval(() => void this.tick(), INTERVAL_MS).unref()
  }

  /** Resolves when a look that is under way is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#queue
  }

  /** Goes over to other rules. Alerts of rules that are gone, or are about something else now, are over. */
  change(rules: readonly AlertRule[]): Promise<void> {
    return this.#run(async () => {
      this.#adopt(rules)
      await this.#try(() => this.#clearOrphans())
    })
  }

  /** One look at everything. Never throws: what fails is logged once, and tried again with the next look. */
  async tick(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    await this.#run(() => this.#try(() => this.#look()))
    this.#isBusy = false
  }

  #run(task: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(task)
    return this.#queue
  }

  async #try(task: () => Promise<void>): Promise<void> {
    try {
      await task()
      if (this.#isFailing) this.#options.log.info('alerts are evaluated again')
      this.#isFailing = false
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENGINE_STOPPED') return
      if (!this.#isFailing)
        this.#options.log.error({ err: error }, `alerts stay as they are: ${messageOf(error)}`)
      this.#isFailing = true
    }
  }

  #adopt(rules: readonly AlertRule[]): void {
    const next = new Map<number, RuleWatch>()
    for (const rule of rules.filter(({ isActive }) => isActive)) {
      const known = this.#watches.get(rule.id)
      const isSame = known?.rule.kind === rule.kind && known.rule.player === rule.player
      if (known !== undefined && isSame) known.rule = rule
      next.set(rule.id, known !== undefined && isSame ? known : new RuleWatch(rule, this.#nowMs))
    }
    for (const [id, ruleWatch] of this.#watches) {
      if (next.get(id) === ruleWatch) continue
      for (const [, alert] of ruleWatch.open) this.#orphans.push(alert)
    }
    this.#watches = next
  }

  async #clearOrphans(): Promise<void> {
    if (this.#orphans.length === 0) return
    await this.#options.book.clear(this.#orphans.map(alert => ({ alert, value: null })))
    this.#orphans = []
  }

  async #look(): Promise<void> {
    await this.#clearOrphans()
    const monotonicMs = this.#options.clock.monotonicMs()
    this.#nowMs += Math.min(LONGEST_STEP_MS, monotonicMs - this.#lastTickMs)
    this.#lastTickMs = monotonicMs
    const isIdle = this.#watches.size === 0
    const publishers = isIdle ? new Map() : publishersOf(this.#options.connections())
    this.#meters.update(publishers, this.#nowMs)
    this.#noteLive(publishers)
    if (isIdle) return
    const findings: Findings = { raises: [], clears: [] }
    for (const ruleWatch of this.#watches.values()) this.#lookWith(ruleWatch, publishers, findings)
    await this.#enter(findings)
  }

  #noteLive(publishers: Publishers): void {
    const isWanted = [...this.#watches.values()].some(({ rule }) => isForAbsent(rule))
    if (!isWanted) this.#lastLiveMs.clear()
    else for (const streamKey of publishers.keys()) this.#lastLiveMs.set(streamKey, this.#nowMs)
  }

  #lookWith(ruleWatch: RuleWatch, publishers: Publishers, findings: Findings): void {
    const { rule } = ruleWatch
    if (rule.player !== null) this.#lookAtPlayer(ruleWatch, rule.player, publishers, findings)
    else if (isForAbsent(rule)) this.#lookAtAbsent(ruleWatch, publishers, findings)
    else for (const streamKey of publishers.keys()) this.#lookAt(ruleWatch, streamKey, publishers, findings)
    for (const player of ruleWatch.takeUnseen()) this.#lookAtPlayer(ruleWatch, player, publishers, findings)
  }

  /** A stream ID that was never used must not alarm for ever: only what was live under this rule can be missed. */
  #lookAtAbsent(ruleWatch: RuleWatch, publishers: Publishers, findings: Findings): void {
    for (const [streamKey, lastMs] of this.#lastLiveMs) {
      if (publishers.has(streamKey)) continue
      if (this.#options.pairs.playersOf(streamKey).length === 0) this.#lastLiveMs.delete(streamKey)
      else if (lastMs >= ruleWatch.sinceMs) this.#lookAt(ruleWatch, streamKey, publishers, findings)
    }
  }

  #lookAt(ruleWatch: RuleWatch, streamKey: string, publishers: Publishers, findings: Findings): void {
    const publisher = publishers.get(streamKey)
    const sight = { streamKey, publisher, meters: this.#meters, nowMs: this.#nowMs }
    const reading = read(ruleWatch.rule, sight)
    for (const player of this.#options.pairs.playersOf(streamKey))
      ruleWatch.look(player, reading, this.#nowMs, findings)
  }

  #lookAtPlayer(ruleWatch: RuleWatch, player: string, publishers: Publishers, findings: Findings): void {
    const streamKey = this.#options.pairs.hasPlayer(player)
    if (streamKey === undefined) {
      ruleWatch.gone(player, findings)
      return
    }
    const publisher = publishers.get(streamKey)
    const sight = { streamKey, publisher, meters: this.#meters, nowMs: this.#nowMs }
    ruleWatch.look(player, read(ruleWatch.rule, sight), this.#nowMs, findings)
  }

  /** Alerts that are raised now. */
  get openCount(): number {
    return [...this.#watches.values()].reduce((sum, { open }) => sum + open.length, 0)
  }

  async #enter({ raises, clears }: Findings): Promise<void> {
    const { book, log, mostOpen = MOST_OPEN } = this.#options
    const ended = clears.flatMap(({ ruleWatch, player, value }) => {
      const alert = ruleWatch.alertOf(player)
      return alert === undefined ? [] : [{ alert, value }]
    })
    if (ended.length > 0) await book.clear(ended)
    for (const { ruleWatch, player } of clears) ruleWatch.closed(player)
    if (raises.length === 0) return
    const { openCount } = this
    const isFull = openCount + raises.length > mostOpen
    if (isFull && !this.#isFull)
      log.warn({ mostOpen }, 'as many alerts are open as may be; more are not raised')
    this.#isFull = isFull
    await book.raise(raises.slice(0, Math.max(0, mostOpen - openCount)))
  }
}

const isForAbsent = ({ kind, player }: AlertRule) => kind === 'offline' && player === null

type Publishers = ReadonlyMap<string, ConnectionStats>

/** During a takeover a stream has two for a moment; the newcomer counts. */
function publishersOf(connections: readonly ConnectionStats[]): Publishers {
  const publishers = new Map<string, ConnectionStats>()
  for (const connection of connections) {
    if (connection.role !== 'publish') continue
    const other = publishers.get(connection.streamKey)
    if (other === undefined || other.connectionId < connection.connectionId)
      publishers.set(connection.streamKey, connection)
  }
  return publishers
}
