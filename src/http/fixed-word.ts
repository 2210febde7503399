import type { IncomingMessage } from 'node:http'
import { decoded, rawPath } from './request-path.ts'

interface WordStore<Handler> {
  get(word: string): Handler | null
  set(word: string, handler: Handler): void
}

/** `POST /api/stream-ids/x/tokens` has the word `tokens`; it isn't one without an ID before it. */
function lastWord(url: string): string | undefined {
  const segments = rawPath(url).split('/')
  return segments.length > 2 ? decoded(segments.at(-1) ?? '') : undefined
}

/**
 * Fastify's router knows a `*` at the end only: a route with a fixed word behind it is registered without the word and
 * with this constraint, which tells it from its sisters.
 */
export function fixedWordConstraint() {
  return {
    name: 'word',
    storage<Handler>(): WordStore<Handler> {
      const handlers = new Map<string, Handler>()
      return {
        get: word => handlers.get(word) ?? null,
        set: (word, handler) => void handlers.set(word, handler),
      }
    },
    // The router knows only null or undefined as no word; its types say otherwise.
    deriveConstraint: ({ url = '' }: IncomingMessage) => lastWord(url) as string,
    // Without it `DELETE /api/stream-ids/x/tokens` would be unknown, though `x/tokens` may be an ID.
    mustMatchWhenDerived: false,
  }
}
