import type { IncomingMessage } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify'
import './fastify-types.ts'
import { clientAddress, trustedBy } from './addresses.ts'
import { BODY_LIMIT_BYTES } from './body-parser.ts'
import type { HttpDeps } from './deps.ts'
import { fixedWordConstraint } from './fixed-word.ts'
import { answerRecorder } from './plugins/access-log.ts'
import { corsHeaders } from './plugins/cors.ts'
import { errorSender } from './plugins/errors.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import { requestIdOf } from './request-id.ts'
import { endSilentOnClose } from './silent-connections.ts'
import { answerSocketError } from './socket-errors.ts'
import { checkCertificate, endHandshakesOnClose } from './tls.ts'

/** A whole request, headers included, must have arrived by then: against clients that send a byte now and then. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
const TIMEOUT_CHECK_MS = 5_000
/** Longer than the minute after which most proxies give up an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Without a byte in either direction. */
const CONNECTION_TIMEOUT_MS = 75_000
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000
/** Open sockets are memory and file descriptors that the relay needs too. */
const MAX_CONNECTIONS = 2000
/** More than the headers of a request can hold: an ID of 512 bytes has up to 1536 percent-encoded. */
const MAX_PARAM_LENGTH = 16_384

function frameworkErrors(deps: HttpDeps) {
  const send = errorSender(deps)
  const addHeaders = [securityHeaders(deps), corsHeaders(deps)]
  const record = answerRecorder(deps)
  // A URL that can't be decoded comes here instead of going through the hooks.
  return (...[error, request, reply]: Parameters<typeof send>) => {
    request.apiKey = null
    request.wouldDeny = null
    request.clientAddress = clientAddress(request)
    for (const add of addHeaders) add(request, reply)
    send(error, request, reply)
    record(request, reply)
  }
}

/** Fastify hands the options of the server on to Node by the name of its protocol. */
function protocolOptions({ tls }: HttpDeps) {
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS }
  if (tls === undefined) return { http: timeouts }
  checkCertificate(tls)
  const { cert, key } = tls
  return { https: { ...timeouts, cert, key, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS } }
}

/** Fastify with our limits and our error bodies, without routes. Throws CONFIG_INVALID for a certificate that is no good. */
export function createInstance(deps: HttpDeps): FastifyInstance {
  const options: FastifyServerOptions = {
    // The program's log is written by our own hooks: a child of it would not follow a change of its level.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request: Pick<IncomingMessage, 'headers'>) => requestIdOf(request),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // Our own hook does it, with the body and the headers of every other error.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: MAX_PARAM_LENGTH,
      constraints: { word: fixedWordConstraint() },
    },
    trustProxy: trustedBy(() => deps.settings().trustProxy),
    frameworkErrors: frameworkErrors(deps),
    clientErrorHandler: (error, socket) =>
      answerSocketError(error, socket, { log: deps.log, isTls: deps.tls !== undefined }),
  }
  const app = Fastify({ ...options, ...protocolOptions(deps) })
  app.server.maxConnections = MAX_CONNECTIONS
  endHandshakesOnClose(app)
  endSilentOnClose(app)
  return app
}
