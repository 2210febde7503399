import type { Clock } from '../lib/clock.ts'

const FREE_FAILURES = 5
/** Without a failure for this long an address begins anew. */
const FORGET_AFTER_MS = 600_000
const FIRST_DELAY_MS = 250
const MOST_DELAY_MS = 10_000
const MOST_WAITING = 4
/** The oldest is forgotten: few would let a botnet free an address. */
const MOST_ADDRESSES = 50_000

/** What to do with the answer to a wrong key. */
export type Verdict =
  | { verdict: 'now' }
  /** Answer after the delay, and call `done` then or when the client has left. */
  | { verdict: 'later'; delayMs: number; done: () => void }
  /** Enough answers of this address wait already. */
  | { verdict: 'refuse'; retryAfterS: number }

interface Entry {
  failureCount: number
  waitingCount: number
  lastMs: number
}

/** Slows down whoever guesses keys, by client address; a right key is never asked about here. */
export class FailedAttempts {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** In the order of their last failure, the oldest first. */
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Call it once for each wrong key. */
  note(address: string): Verdict {
    const entry = this.#entryOf(address)
    if (entry.waitingCount >= MOST_WAITING) {
      return { verdict: 'refuse', retryAfterS: Math.ceil(delayOf(entry.failureCount) / 1000) }
    }
    entry.failureCount += 1
    if (entry.failureCount <= FREE_FAILURES) return { verdict: 'now' }
    entry.waitingCount += 1
    let isDone = false
    const done = () => {
      if (!isDone) entry.waitingCount -= 1
      isDone = true
    }
    return { verdict: 'later', delayMs: delayOf(entry.failureCount), done }
  }

  #entryOf(address: string): Entry {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#entries.get(address)
    this.#entries.delete(address)
    const isFresh = known !== undefined && (known.waitingCount > 0 || nowMs - known.lastMs < FORGET_AFTER_MS)
    const entry = isFresh ? known : { failureCount: 0, waitingCount: 0, lastMs: nowMs }
    entry.lastMs = nowMs
    this.#entries.set(address, entry)
    const oldest = this.#entries.keys().next()
    if (this.#entries.size > MOST_ADDRESSES && !oldest.done) this.#entries.delete(oldest.value)
    return entry
  }
}

const delayOf = (failureCount: number) =>
  Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failureCount - FREE_FAILURES - 1))
