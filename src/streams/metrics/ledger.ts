import type { ConnectionStats } from '../../engine/contract.ts'
import { noTraffic, type Totals } from './totals.ts'

/** One stream or player stream ID. */
export interface Account {
  readonly name: string
  /** Beyond the end of the sessions they come from. */
  readonly totals: Totals
  /** As of the last pass. */
  live: ConnectionStats[]
  /** Monotonic. */
  lastLiveMs: number
}

/** How long an account outlives its route: a removed stream ID often comes back. */
const KEEP_WITHOUT_ROUTE_MS = 600_000

/** Accounts by name, at most so many. A pass goes over all live connections, and may then close accounts. */
export class Ledger {
  readonly #maxAccounts: number
  readonly #accounts = new Map<string, Account>()
  /** Live in this pass, and without an account. */
  readonly #omitted = new Set<string>()

  constructor(maxAccounts: number) {
    this.#maxAccounts = maxAccounts
  }

  accounts(): Iterable<Account> {
    return this.#accounts.values()
  }

  get omittedCount(): number {
    return this.#omitted.size
  }

  /** Undefined: there is no room for another one. */
  open(name: string, nowMs: number): Account | undefined {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    if (this.#accounts.size >= this.#maxAccounts) return undefined
    const account = { name, totals: noTraffic(), live: [], lastLiveMs: nowMs }
    this.#accounts.set(name, account)
    return account
  }

  beginPass(): void {
    this.#omitted.clear()
    for (const account of this.#accounts.values()) account.live = []
  }

  seeLive(name: string, connection: ConnectionStats, nowMs: number): void {
    const account = this.open(name, nowMs)
    if (account === undefined) {
      this.#omitted.add(name)
      return
    }
    account.live.push(connection)
    account.lastLiveMs = nowMs
  }

  /** Those that found no room have it in the next pass, if somebody who isn't live can go. */
  endPass(hasRoute: (name: string) => boolean, nowMs: number): void {
    const idle = [...this.#accounts.values()].filter(({ live }) => live.length === 0)
    for (const { name, lastLiveMs } of idle)
      if (nowMs - lastLiveMs >= KEEP_WITHOUT_ROUTE_MS && !hasRoute(name)) this.#accounts.delete(name)
    const wanted = this.#accounts.size + this.#omitted.size - this.#maxAccounts
    if (this.#omitted.size === 0 || wanted <= 0) return
    idle.sort((one, other) => one.lastLiveMs - other.lastLiveMs)
    for (const { name } of idle.slice(0, wanted)) this.#accounts.delete(name)
  }
}
