import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import { ownerOf } from '../addresses.ts'
import type { HttpDeps, RateLimits } from '../deps.ts'
import { bucketStore } from '../token-bucket.ts'

const MINUTE_MS = 60_000

export type LimitHooks = Record<keyof RateLimits, onRequestAsyncHookHandler>

interface Budget {
  /** Requests that may come at once. */
  size: number
  /** After so long without a request all of them may come again. */
  refillMs: number
}

type Category = keyof RateLimits
type Settings = Pick<HttpDeps, 'settings'>

/** The rate a minute, of the key where it has one of its own, and the burst on top. */
function budgetOf({ settings }: Settings, category: Category, { apiKey }: FastifyRequest): Budget {
  const { limits, bursts } = settings()
  const rate = apiKey?.rateLimitPerMinute ?? limits[category]
  const size = rate + bursts[category]
  return { size, refillMs: (MINUTE_MS * size) / rate }
}

/** A valid key is an identity of its own; whoever has none shares the budget of the address. */
export function identityOf({ apiKey, clientAddress }: FastifyRequest): string {
  return apiKey === null ? ownerOf(clientAddress) : `key ${apiKey.ref}`
}

const wholeSeconds = (ms: number) => Math.ceil(ms / 1000)

interface State {
  max: number
  timeWindow: number
  remaining: number
  ttl: number
  isExceeded: boolean
}

/** How long until one request passes. */
const retryMs = ({ ttl, timeWindow, max }: State) => ttl - timeWindow + timeWindow / max

/** RateLimit fields: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4. */
function addHeaders(reply: FastifyReply, category: Category, state: State): void {
  const { max, timeWindow, remaining, ttl, isExceeded } = state
  const retryAfterS = Math.max(1, wholeSeconds(retryMs(state)))
  reply.headers({
    'ratelimit-policy': `"${category}";q=${max};w=${wholeSeconds(timeWindow)}`,
    ratelimit: `"${category}";r=${remaining};t=${wholeSeconds(ttl)}`,
    'x-ratelimit-limit': max,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': isExceeded ? retryAfterS : wholeSeconds(ttl),
    ...(isExceeded ? { 'retry-after': retryAfterS } : {}),
  })
}

/** One hook a category; routes that share the hook share the budget. They come after the key has been looked up. */
export async function limitHooks(app: FastifyInstance, deps: HttpDeps): Promise<LimitHooks> {
  await app.register(rateLimit, { global: false, store: bucketStore(deps.clock) })
  const hook = (category: Category): onRequestAsyncHookHandler => {
    const count = app.createRateLimit({
      max: request => budgetOf(deps, category, request).size,
      timeWindow: request => budgetOf(deps, category, request).refillMs,
      keyGenerator: identityOf,
    })
    return async (request, reply) => {
      const state = await count(request)
      if (state.isAllowed) return
      addHeaders(reply, category, state)
      if (state.isExceeded) throw new AppError('RATE_LIMITED', 'Rate limit exceeded')
    }
  }
  return { api: hook('api'), stats: hook('stats'), config: hook('config') }
}
