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
  method: 'GET' | 'POST' | 'DELETE'
  /** Ends in `/*` where an ID follows: at least one character, slashes included. */
  path: string
  /** What the API key must be allowed; 'public': no key. */
  access: Permission | 'public'
  /** Whose budget a request uses up. */
  limit: keyof RateLimits | 'none'
  summary: string
  body?: TSchema
  query?: TSchema
  handler: (deps: HttpDeps) => RouteHandler
}
