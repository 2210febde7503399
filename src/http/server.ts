import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance, LogController, type onRequestHookHandler } from 'fastify'
import './fastify-types.ts'
import { clientAddress, trustedBy } from './addresses.ts'
import { BODY_LIMIT_BYTES, parseBodiesAsJson } from './body-parser.ts'
import type { HttpDeps } from './deps.ts'
import accessLog, { accessRecorder } from './plugins/access-log.ts'
import { requireKey } from './plugins/auth.ts'
import cors, { corsHeaders } from './plugins/cors.ts'
import draining, { refuseWhileDraining } from './plugins/draining.ts'
import errors, { errorSender } from './plugins/errors.ts'
import { type LimitHooks, limitHooks } from './plugins/limits.ts'
import unknownPaths from './plugins/unknown-paths.ts'
import type { RouteSpec } from './route-spec.ts'
import { ROUTES } from './routes.ts'
import { answerSocketError } from './socket-errors.ts'

/** A whole request, headers included, must have arrived by then: against clients that send a byte now and then. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
const TIMEOUT_CHECK_MS = 5_000
/** Longer than the minute after which most proxies give up an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Without a byte in either direction. */
const CONNECTION_TIMEOUT_MS = 75_000
/** Open sockets are memory and file descriptors that the relay needs too. */
const MAX_CONNECTIONS = 2000
/** More than the headers of a request can hold: an ID of 512 bytes has up to 1536 percent-encoded. */
const MAX_PARAM_LENGTH = 16_384

function frameworkErrors(deps: HttpDeps) {
  const send = errorSender(deps)
  const addCors = corsHeaders(deps)
  const record = accessRecorder(deps)
  // A URL that can't be decoded comes here instead of going through the hooks.
  return (...[error, request, reply]: Parameters<typeof send>) => {
    request.apiKey = null
    request.clientAddress = clientAddress(request)
    addCors(reply)
    send(error, request, reply)
    record(request, reply.statusCode)
  }
}

function createInstance(deps: HttpDeps): FastifyInstance {
  const app = Fastify({
    // The program's log is written by our own hooks: a child of it would not follow a change of its level.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    forceCloseConnections: 'idle',
    // Our own hook does it, with the body and the headers of every other error.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: MAX_PARAM_LENGTH,
    },
    trustProxy: trustedBy(() => deps.settings().trustProxy),
    frameworkErrors: frameworkErrors(deps),
    clientErrorHandler: (error, socket) => answerSocketError(error, socket, deps.log),
  })
  app.server.maxConnections = MAX_CONNECTIONS
  return app
}

/** In the order of the checks: a 429 hides a 401, a 401 hides a 400. */
function checksOf(
  deps: HttpDeps,
  limits: LimitHooks,
  { access, limit, method }: RouteSpec,
): onRequestHookHandler[] {
  const checks: onRequestHookHandler[] = []
  if (limit !== 'none') checks.push(limits[limit])
  if (access !== 'public') checks.push(requireKey(deps, access))
  if (method !== 'GET') checks.push(refuseWhileDraining(deps))
  return checks
}

/** The REST API, not yet listening. */
export function buildServer(deps: HttpDeps): FastifyInstance {
  const app = createInstance(deps)
  app.decorateRequest('apiKey', null)
  app.decorateRequest('clientAddress', '')
  app.addHook('onRequest', async request => {
    request.clientAddress = clientAddress(request)
  })
  // The order of these lines is the policy.
  app.register(errors, deps)
  app.register(cors, deps)
  app.register(unknownPaths)
  app.register(draining)
  app.register(accessLog, deps)
  parseBodiesAsJson(app)
  app.register(async routes => {
    const limits = await limitHooks(routes, deps)
    for (const spec of ROUTES) {
      const { method, path: url, handler } = spec
      const onRequest = checksOf(deps, limits, spec)
      routes.route({ method, url, onRequest, config: { spec }, handler: handler(deps) })
    }
  })
  return app
}
