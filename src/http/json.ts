import type { FastifyReply } from 'fastify'

/** Compact, the keys of every object in alphabetical order, as the clients of the old server know it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part) ? sorted(part) : part,
  )
}

function sorted(part: object): object {
  return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const asIs = (text: unknown) => String(text)

/** The one way in which bodies leave; without it Fastify adds a charset to the media type. */
export function sendJson(reply: FastifyReply, statusCode: number, body: object): FastifyReply {
  return reply.code(statusCode).header('content-type', 'application/json').serializer(asIs).send(toJson(body))
}
