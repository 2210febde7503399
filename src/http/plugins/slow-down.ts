import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Verdict } from '../../access/attempt-limit.ts'
import { AppError } from '../../lib/errors.ts'
import { ownerOf } from '../addresses.ts'
import type { Delays } from '../delays.ts'

export interface Attempts {
  note(address: string): Verdict
}

export type SlowDown = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * Holds back the answer to a wrong key, the longer the more there were from this address. Throws RATE_LIMITED when too
 * many of them wait already.
 */
export function slowDown(app: FastifyInstance, attempts: Attempts, delays: Delays): SlowDown {
  app.addHook('preClose', async () => delays.endAll())
  return async (request, reply) => {
    const attempt = attempts.note(ownerOf(request.clientAddress))
    if (attempt.verdict === 'refuse') {
      reply.header('retry-after', attempt.retryAfterS)
      throw new AppError('RATE_LIMITED', 'Too many wrong API keys from this address')
    }
    if (attempt.verdict === 'now') return
    try {
      await delays.wait(attempt.delayMs, reply.raw)
    } finally {
      attempt.done()
    }
  }
}
