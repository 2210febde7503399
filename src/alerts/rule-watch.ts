import type { AlertRule } from '../store/alert-rules.ts'
import type { Reading } from './reading.ts'
import { isIdle, type OpenAlert, step, type Watch } from './watch.ts'

/** A look at a rule that asks for a change of the table. */
export interface Finding {
  ruleWatch: RuleWatch
  player: string
  value: number | null
}

export interface Findings {
  raises: Finding[]
  clears: Finding[]
}

/** One rule and the players that it has something to remember of. */
export class RuleWatch {
  rule: AlertRule
  /** The evaluator's time at which the rule came into force. */
  readonly sinceMs: number
  readonly #watches = new Map<string, Watch>()
  readonly #seen = new Set<string>()

  constructor(rule: AlertRule, sinceMs: number) {
    this.rule = rule
    this.sinceMs = sinceMs
  }

  /** Players with an open alert. */
  get open(): [player: string, alert: OpenAlert][] {
    return [...this.#watches].flatMap(([player, { alert }]) => (alert === undefined ? [] : [[player, alert]]))
  }

  alertOf(player: string): OpenAlert | undefined {
    return this.#watches.get(player)?.alert
  }

  opened(player: string, alert: OpenAlert): void {
    this.#watches.set(player, { alert })
  }

  closed(player: string): void {
    this.#watches.delete(player)
  }

  /** Takes a reading of a player. */
  look(player: string, reading: Reading, nowMs: number, into: Findings): void {
    const known = this.#watches.get(player)
    if (known === undefined && reading.verdict !== 'bad') return
    const watch = known ?? {}
    if (known === undefined) this.#watches.set(player, watch)
    this.#seen.add(player)
    const verdict = step(watch, reading, { rule: this.rule, nowMs })
    if (isIdle(watch)) this.#watches.delete(player)
    if (verdict === 'nothing') return
    into[verdict === 'raise' ? 'raises' : 'clears'].push({ ruleWatch: this, player, value: reading.value })
  }

  /** The player's stream ID was deleted. */
  gone(player: string, into: Findings): void {
    this.#seen.add(player)
    if (this.alertOf(player) === undefined) this.closed(player)
    else into.clears.push({ ruleWatch: this, player, value: null })
  }

  /** Those that no look since the last call was at. */
  takeUnseen(): string[] {
    const unseen = [...this.#watches.keys()].filter(player => !this.#seen.has(player))
    this.#seen.clear()
    return unseen
  }
}
