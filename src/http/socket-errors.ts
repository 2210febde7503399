import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Logger } from '../lib/logger.ts'
import { RequestError, toAnswer } from './errors.ts'
import { toJson } from './json.ts'
import { fixedHeaders } from './plugins/security-headers.ts'

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
}

function requestError(code: string): RequestError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestError('REQUEST_TIMEOUT', 'The request took too long to arrive')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RequestError('HEADERS_TOO_LARGE', 'The request headers are too large')
  }
  return new RequestError('REQUEST_MALFORMED', 'The request is not valid HTTP')
}

/** What llhttp finds wrong has another prefix, and a request that took too long a code of its own. */
const isHandshakeError = (code: string, isTls: boolean) =>
  isTls && !code.startsWith('HPE_') && code !== 'ERR_HTTP_REQUEST_TIMEOUT'

/** What came over the socket isn't a request: says so and hangs up. Logged for debugging only, as anybody can do it. */
export function answerSocketError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { log, isTls }: { log: Pick<Logger, 'debug'>; isTls: boolean },
): void {
  const code = error.code ?? ''
  const reqId = randomUUID()
  log.debug({ code, reqId }, 'a client sent no valid request')
  if (code === 'ECONNRESET' || socket.destroyed) return
  // Nothing can be said over TLS that never came about, e.g. to a client that speaks plain HTTP.
  if (!socket.writable || isHandshakeError(code, isTls)) {
    socket.destroy()
    return
  }
  const { statusCode, body } = toAnswer(requestError(code))
  const text = toJson(body)
  const head = [
    `HTTP/1.1 ${statusCode} ${REASONS[statusCode] ?? 'Bad Request'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    `X-Request-Id: ${reqId}`,
    ...Object.entries(fixedHeaders(isTls)).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`)
  socket.destroySoon()
}
