import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Permission } from '../access/api-keys.ts'
import type { HttpDeps, RateLimits } from './deps.ts'

export type RouteHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>

/** One line of the route table. */
export interface RouteSpec {
  /** GET answers HEAD too. */
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /**
   * `*` stands for an ID of at least one character, slashes included, and may only be followed by one fixed word, as in
   * `POST /api/stream-ids/…/tokens`. `:id` stands for one path segment.
   */
  path: string
  /** What the API key must be allowed; 'public': no key. */
  access: Permission | 'public'
  /** What a key bound to some players may do: 'own': the handler shows and changes only those; 'denied': nothing. */
  scoped: 'own' | 'denied' | 'public'
  /** The sentence of a 403 for want of permissions, where clients of the old server know another one. */
  denial?: string
  /** Whose budget a request uses up. */
  limit: keyof RateLimits | 'none'
  /** OpenAPI: the group, the name and one sentence. */
  tag: string
  operationId: string
  summary: string
  /** OpenAPI: what the `*` or `:id` is. */
  parameter?: { name: string; description: string; example: string }
  query?: TSchema
  body?: TSchema
  /** Of the body; the default is 65 536 bytes. */
  bodyLimitBytes?: number
  /** Media types beside application/json that the body may have. */
  alsoConsumes?: readonly string[]
  bodyExample?: unknown
  /** The answers of success: schema and example by status. Errors are the same for all routes. */
  answers: Readonly<Record<number, Answer>>
  /** The error codes it can answer beside those of every route. */
  errors?: readonly string[]
  handler: (deps: HttpDeps) => RouteHandler
}

export interface Answer {
  description: string
  /** Undefined: no JSON; see `mediaType`. */
  schema?: TSchema
  mediaType?: string
  example?: unknown
}
