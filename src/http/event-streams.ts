import { AppError } from '../lib/errors.ts'

export interface EventStreamLimits {
  mostInAll: number
  mostOfOne: number
  heartbeatMs: number
  /** Whoever has taken nothing for this long is closed. */
  drainMs: number
  /** At the shutdown: how long the last bytes have. */
  farewellMs: number
}

const LIMITS: EventStreamLimits = {
  mostInAll: 1000,
  mostOfOne: 50,
  heartbeatMs: 15_000,
  drainMs: 30_000,
  farewellMs: 1000,
}

/** An answer that goes on until somebody ends it. */
export interface EndlessAnswer {
  /** Ends it politely. */
  end(): void
}

/** Who follows the events at this moment; bounded, in all and for each key or address. */
export class EventStreams {
  readonly limits: EventStreamLimits
  readonly #answers = new Set<EndlessAnswer>()
  readonly #counts = new Map<string, number>()
  #isClosing = false

  constructor(limits: Partial<EventStreamLimits> = {}) {
    this.limits = { ...LIMITS, ...limits }
  }

  get count(): number {
    return this.#answers.size
  }

  /** Throws RATE_LIMITED, and DRAINING from the shutdown on. Returns what takes it out again; may be called twice. */
  add(answer: EndlessAnswer, owner: string): () => void {
    if (this.#isClosing) throw new AppError('DRAINING', 'The server is shutting down')
    const { mostInAll, mostOfOne } = this.limits
    const count = this.#counts.get(owner) ?? 0
    if (count >= mostOfOne) throw new AppError('RATE_LIMITED', `At most ${mostOfOne} event streams at once`)
    if (this.#answers.size >= mostInAll) throw new AppError('RATE_LIMITED', 'Too many event streams at once')
    this.#answers.add(answer)
    this.#counts.set(owner, count + 1)
    return () => {
      if (!this.#answers.delete(answer)) return
      const left = (this.#counts.get(owner) ?? 1) - 1
      if (left > 0) this.#counts.set(owner, left)
      else this.#counts.delete(owner)
    }
  }

  endAll(): void {
    this.#isClosing = true
    for (const answer of [...this.#answers]) answer.end()
  }
}
