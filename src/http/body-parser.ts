import type { FastifyInstance, FastifyRequest } from 'fastify'
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

/** Throws BODY_INVALID. */
function parseText(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new AppError('BODY_INVALID', 'The body must be UTF-8', { cause })
  }
}

function parse({ routeOptions, bodyType }: FastifyRequest, body: Buffer): unknown {
  const { spec } = routeOptions.config
  if (spec?.body === undefined) return undefined
  return spec.alsoConsumes?.includes(bodyType) ? parseText(body) : parseJson(body)
}

/**
 * A body is JSON whatever its Content-Type says, as the server we replace never looked at it; only where a route takes
 * another media type as well, that one arrives as a string.
 */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest('bodyType', '')
  app.addHook('onRequest', async request => {
    request.bodyType = (request.headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase()
    // A malformed Content-Type is refused by Fastify before any parser is asked.
    delete request.raw.headers['content-type']
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    done(null, parse(request, body))
  })
}

/** The parsed body. Throws BODY_INVALID if there is none at all. */
export function requireBody(body: unknown): unknown {
  if (body === undefined) throw new AppError('BODY_INVALID', 'Invalid JSON body')
  return body
}
