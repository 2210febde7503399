import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps, RateLimits } from '../deps.ts'

const WINDOW_MS = 60_000
/** Addresses remembered in each category: the oldest is forgotten, so few would let a botnet free a client. */
const MAX_ADDRESSES = 50_000

export type LimitHooks = Record<keyof RateLimits, onRequestHookHandler>

/** One hook a category; routes that share the hook share the budget. */
export async function limitHooks(app: FastifyInstance, { settings }: HttpDeps): Promise<LimitHooks> {
  await app.register(rateLimit, { global: false })
  const hook = (category: keyof RateLimits) =>
    app.rateLimit({
      max: () => settings().limits[category],
      timeWindow: WINDOW_MS,
      cache: MAX_ADDRESSES,
      // A provider hands out whole /64 networks.
      keyGenerator: request => rateLimit.normalizeIP(request.clientAddress, 64),
      errorResponseBuilder: () => new AppError('RATE_LIMITED', 'Rate limit exceeded'),
    })
  return { api: hook('api'), stats: hook('stats'), config: hook('config') }
}
