import type { FastifyInstance } from 'fastify'
import { AppError } from '../lib/errors.ts'

export const BODY_LIMIT_BYTES = 65_536

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Throws BODY_INVALID. Names like `__proto__` become plain properties that nobody reads. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch (cause) {
    throw new AppError('BODY_INVALID', 'Invalid JSON body', { cause })
  }
}

/** Every body is JSON whatever its Content-Type says: the server we replace never looked at it. */
export function parseBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // A malformed Content-Type is refused by Fastify before any parser is asked.
  app.addHook('onRequest', async request => {
    delete request.raw.headers['content-type']
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const spec = request.routeOptions.config.spec
    if (spec?.body === undefined) done(null, undefined)
    else done(null, parseJson(body))
  })
}

/** The parsed body. Throws BODY_INVALID if there is none at all. */
export function requireBody(body: unknown): unknown {
  if (body === undefined) throw new AppError('BODY_INVALID', 'Invalid JSON body')
  return body
}
