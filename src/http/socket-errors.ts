import type { Socket } from 'node:net'
import type { Logger } from '../lib/logger.ts'
import { type HttpErrorCode, RequestError, toAnswer } from './errors.ts'
import { toJson } from './json.ts'

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

/** What came over the socket isn't a request: says so and hangs up. Logged for debugging only, as anybody can do it. */
export function answerSocketError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  log: Pick<Logger, 'debug'>,
): void {
  const code: HttpErrorCode | string = error.code ?? ''
  log.debug({ code }, 'a client sent no valid request')
  if (code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) {
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
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`)
  socket.destroySoon()
}
