import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { AlertRule, AlertRules, NewAlertRule } from '../store/alert-rules.ts'
import type { Alert, AlertFilter, Alerts } from '../store/alerts.ts'
import type { AlertEvaluator } from './evaluator.ts'

const MOST_RULES = 500
/** So that whoever is bound to some players cannot use up what there is for all. */
const MOST_RULES_OF_A_SCOPE = 100

export interface AlertDeskOptions {
  rules: AlertRules
  alerts: Pick<Alerts, 'find'>
  evaluator: Pick<AlertEvaluator, 'load' | 'change' | 'openCount'>
  clock: Pick<Clock, 'nowMs'>
}

/** What the API asks of alerts. A change is in force when it resolves. */
export class AlertDesk {
  readonly #options: AlertDeskOptions
  #rules: readonly AlertRule[] = []
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: AlertDeskOptions) {
    this.#options = options
  }

  /** Reads the rules. Throws STORE_UNAVAILABLE. */
  async load(): Promise<void> {
    this.#rules = await this.#options.rules.all()
    await this.#options.evaluator.load(this.#rules)
  }

  /** Alerts that are raised now. */
  get raisedCount(): number {
    return this.#options.evaluator.openCount
  }

  /** In the order in which they were made. */
  rules(): readonly AlertRule[] {
    return this.#rules
  }

  /** `isOwn`: the rules that a key bound to some players sees; undefined: it sees all. Throws ALERT_RULES_FULL. */
  add(rule: NewAlertRule, isOwn?: (rule: AlertRule) => boolean): Promise<AlertRule> {
    return this.#change(async () => {
      const isFull =
        this.#rules.length >= MOST_RULES ||
        (isOwn !== undefined && this.#rules.filter(isOwn).length >= MOST_RULES_OF_A_SCOPE)
      if (isFull) {
        const most = isOwn === undefined ? MOST_RULES : MOST_RULES_OF_A_SCOPE
        throw new AppError('ALERT_RULES_FULL', `There are ${most} alert rules; delete one that is not needed`)
      }
      const added = await this.#options.rules.add(rule, this.#options.clock.nowMs())
      this.#rules = [...this.#rules, added]
      return added
    })
  }

  /** Undefined: there is no such rule. `patch` makes the new rule of the one there is, and may throw. */
  change(id: number, patch: (rule: AlertRule) => NewAlertRule): Promise<AlertRule | undefined> {
    return this.#change(async () => {
      const old = this.#rules.find(rule => rule.id === id)
      if (old === undefined) return undefined
      const changed = { ...old, ...patch(old) }
      if (!(await this.#options.rules.update(id, changed))) return undefined
      this.#rules = this.#rules.map(rule => (rule.id === id ? changed : rule))
      return changed
    })
  }

  /** False: there is no such rule. Its open alerts are over. */
  remove(id: number): Promise<boolean> {
    return this.#change(async () => {
      const isRemoved = await this.#options.rules.remove(id)
      this.#rules = this.#rules.filter(rule => rule.id !== id)
      return isRemoved
    })
  }

  /** Newest first; one row more than `limit` tells that there is another page. */
  find(filter: AlertFilter): Promise<readonly Alert[]> {
    return this.#options.alerts.find(filter)
  }

  /** One at a time. */
  #change<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(async () => {
      const value = await task()
      await this.#options.evaluator.change(this.#rules)
      return value
    })
    this.#queue = done.catch(() => undefined)
    return done
  }
}
