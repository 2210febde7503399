import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { FailedAttempts } from '../access/attempt-limit.ts'
import { clientAddress } from './addresses.ts'
import { BODY_LIMIT_BYTES, parseBodies } from './body-parser.ts'
import { Delays } from './delays.ts'
import type { HttpDeps } from './deps.ts'
import type { EventStreamLimits } from './event-streams.ts'
import { createInstance } from './instance.ts'
import accessLog from './plugins/access-log.ts'
import { type Guard, guard } from './plugins/auth.ts'
import cors from './plugins/cors.ts'
import docs from './plugins/docs.ts'
import draining, { refuseWhileDraining } from './plugins/draining.ts'
import errors from './plugins/errors.ts'
import eventStreams from './plugins/event-streams.ts'
import { identify } from './plugins/identity.ts'
import { type LimitHooks, limitHooks } from './plugins/limits.ts'
import page from './plugins/page.ts'
import securityHeaders from './plugins/security-headers.ts'
import { type Attempts, slowDown } from './plugins/slow-down.ts'
import unknownPaths from './plugins/unknown-paths.ts'
import { wordBehindWildcard } from './request-path.ts'
import type { RouteSpec } from './route-spec.ts'
import { ROUTES } from './routes.ts'

export { renewCertificate } from './tls.ts'

/** What has a default. */
export interface ServerParts {
  routes: readonly RouteSpec[]
  /** What stands between a wrong key and its answer. */
  attempts: Attempts
  delays: Delays
  eventStreams: Partial<EventStreamLimits>
  /** The folder of the built page. */
  pageRoot: string
}

interface Checks {
  limits: LimitHooks
  keyGuard: Guard
}

/** In the order of the checks: a 429 hides a 401, a 401 hides a 400. */
function checksOf(deps: HttpDeps, spec: RouteSpec, { limits, keyGuard }: Checks): onRequestHookHandler[] {
  const { access, limit, method } = spec
  const checks: onRequestHookHandler[] = []
  if (limit !== 'none' || access !== 'public') checks.push(identify(deps))
  if (limit !== 'none') checks.push(limits[limit])
  if (access !== 'public') checks.push(keyGuard.check(spec))
  if (method !== 'GET') checks.push(refuseWhileDraining(deps))
  return checks
}

function addRoute(app: FastifyInstance, deps: HttpDeps, spec: RouteSpec, checks: Checks): void {
  const { method, path, handler } = spec
  const word = wordBehindWildcard(path)
  app.route({
    method,
    url: word === undefined ? path : path.slice(0, -word.length - 1),
    ...(word === undefined ? {} : { constraints: { word } }),
    bodyLimit: spec.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    onRequest: checksOf(deps, spec, checks),
    config: { spec },
    handler: checks.keyGuard.unbound(spec, handler(deps)),
  })
}

function decorate(app: FastifyInstance): void {
  app.decorateRequest('apiKey', null)
  app.decorateRequest('keyState', 'missing')
  app.decorateRequest('scope', null)
  app.decorateRequest('wouldDeny', null)
  app.decorateRequest('clientAddress', '')
  app.addHook('onRequest', async request => {
    request.clientAddress = clientAddress(request)
  })
}

/** The REST API, not yet listening. Throws CONFIG_INVALID for a certificate that is no good. */
export function buildServer(deps: HttpDeps, parts: Partial<ServerParts> = {}): FastifyInstance {
  const { routes = ROUTES, attempts = new FailedAttempts(deps.clock), delays = new Delays() } = parts
  const pageRoot = parts.pageRoot === undefined ? {} : { root: parts.pageRoot }
  const app = createInstance(deps)
  decorate(app)
  // The order of these lines is the policy.
  app.register(errors, deps)
  app.register(securityHeaders, deps)
  app.register(cors, deps)
  app.register(unknownPaths, { routes, isPageOn: () => deps.settings().isPageOn })
  app.register(draining)
  app.register(accessLog, deps)
  app.register(eventStreams, parts.eventStreams ?? {})
  app.addHook('preClose', async () => deps.previews.endAll())
  parseBodies(app)
  app.register(async table => {
    const keyGuard = guard(deps, slowDown(table, attempts, delays))
    const limits = await limitHooks(table, deps)
    for (const spec of routes) addRoute(table, deps, spec, { limits, keyGuard })
  })
  app.register(docs, { version: deps.version, routes })
  app.register(page, { settings: deps.settings, log: deps.log, ...pageRoot })
  return app
}
