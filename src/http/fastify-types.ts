import type { ApiKeyIdentity } from '../access/key-ring.ts'
import type { Scope } from '../access/scope.ts'
import type { EventStreams } from './event-streams.ts'
import type { RouteSpec } from './route-spec.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The line of the route table. */
    spec?: RouteSpec
    /** A page or an asset of /docs. */
    isDocs?: boolean
    /** The page for operators, or an asset of it. */
    isPage?: boolean
  }
  interface FastifyInstance {
    eventStreams: EventStreams
  }
  interface FastifyRequest {
    /** Null: the request has no valid key. */
    apiKey: ApiKeyIdentity | null
    /** What came in the place of a key. */
    keyState: 'missing' | 'wrong' | 'valid'
    /** What the request is bound to; null: nothing. A handler of a route that is `scoped: 'own'` must keep to it. */
    scope: Scope | null
    /** The code of the denial that `authz log` let through; null: none. */
    wouldDeny: string | null
    /** Behind trusted proxies the address they name. */
    clientAddress: string
    /** The media type of the body in lower case, without parameters; '' = none was given. */
    bodyType: string
  }
}
