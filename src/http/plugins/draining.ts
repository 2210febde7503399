import type { onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps } from '../deps.ts'

const SENTENCE = 'The server is shutting down'

/** Nothing is changed any more once the shutdown has begun. */
export function refuseWhileDraining({ draining }: HttpDeps): onRequestAsyncHookHandler {
  return async () => {
    if (draining()) throw new AppError('DRAINING', SENTENCE)
  }
}

/** They have an answer of their own. */
const TELLS_ITSELF: readonly (string | undefined)[] = ['/health', '/ready']

/** Requests that still come in over open connections while the server closes. */
export default fp(async app => {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onRequest', async request => {
    if (isClosing && !TELLS_ITSELF.includes(request.routeOptions.url)) {
      throw new AppError('DRAINING', SENTENCE)
    }
  })
  app.addHook('onSend', async (_, reply) => {
    // Node closes only connections that are idle already; one kept alive would hold up the shutdown.
    if (isClosing) reply.header('connection', 'close')
  })
})
