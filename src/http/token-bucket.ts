import type { FastifyRateLimitOptions, FastifyRateLimitStore } from '@fastify/rate-limit'
import type { Clock } from '../lib/clock.ts'

/** Identities remembered in each category: the oldest is forgotten, so few would let a botnet free a client. */
const MAX_BUCKETS = 50_000
/** Of a request; far above the error of the arithmetic, far below what anybody would notice. */
const TOLERANCE = 1e-6

interface Bucket {
  /** Requests that the rate has not yet made up for. */
  level: number
  atMs: number
}

/** What @fastify/rate-limit calls with `(error, result)`. */
type Done = Parameters<FastifyRateLimitStore['incr']>[1]

/**
 * A leaky bucket as a meter (the generic cell rate algorithm, ITU-T I.371 annex A) for each identity: `max` requests fit
 * in, and it drains by `max` in `timeWindowMs`. Both may change at any time and hold at once. A request that is refused
 * costs nothing, so what Retry-After says stays true. `ttl` is the time in ms until the bucket is empty.
 */
export class TokenBuckets implements FastifyRateLimitStore {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** The least recently used first. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  child(): TokenBuckets {
    return new TokenBuckets(this.#clock)
  }

  incr(identity: string, done: Done, timeWindowMs: number, max: number): void {
    const nowMs = this.#clock.monotonicMs()
    const drainPerMs = max / timeWindowMs
    const known = this.#buckets.get(identity)
    const drained = known === undefined ? 0 : known.level - (nowMs - known.atMs) * drainPerMs
    // Above `max` if the limit has been lowered: then nobody waits longer than for one request.
    const before = Math.min(max, Math.max(0, drained))
    const isRefused = before + 1 > max + TOLERANCE
    const level = isRefused ? before : before + 1
    this.#remember(identity, { level, atMs: nowMs })
    const current = isRefused ? max + 1 : Math.ceil(level - TOLERANCE)
    done(null, { current, ttl: level / drainPerMs })
  }

  #remember(identity: string, bucket: Bucket): void {
    this.#buckets.delete(identity)
    this.#buckets.set(identity, bucket)
    if (this.#buckets.size <= MAX_BUCKETS) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}

/** For the `store` option of @fastify/rate-limit, which makes its stores itself. */
export function bucketStore(
  clock: Pick<Clock, 'monotonicMs'>,
): new (
  options: FastifyRateLimitOptions,
) => FastifyRateLimitStore {
  return class extends TokenBuckets {
    constructor() {
      super(clock)
    }
  }
}
