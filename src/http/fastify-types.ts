import type { ApiKey } from './deps.ts'
import type { RouteSpec } from './route-spec.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The line of the route table. */
    spec?: RouteSpec
  }
  interface FastifyRequest {
    /** Null: the request has no valid key. */
    apiKey: ApiKey | null
    /** Behind trusted proxies the address they name. */
    clientAddress: string
  }
}
