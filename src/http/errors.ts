import { AppError, type ErrorCode } from '../lib/errors.ts'

/** What can be wrong with a request before anything of this program is asked. */
export type RequestErrorCode =
  | 'REQUEST_MALFORMED'
  | 'REQUEST_TIMEOUT'
  | 'HEADERS_TOO_LARGE'
  | 'METHOD_NOT_ALLOWED'

/** The `code` of an error body. */
export type HttpErrorCode = ErrorCode | RequestErrorCode

/** The compiler refuses a code without a status. */
export const STATUS = {
  STREAM_ID_EXISTS: 409,
  STREAM_ID_UNKNOWN: 404,
  PLAYER_UNKNOWN: 404,
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 401,
  API_KEY_UNKNOWN: 404,
  PERMISSION_DENIED: 403,
  RATE_LIMITED: 429,
  BODY_INVALID: 400,
  BODY_TOO_LARGE: 413,
  ROUTE_UNKNOWN: 404,
  REQUEST_MALFORMED: 400,
  REQUEST_TIMEOUT: 408,
  HEADERS_TOO_LARGE: 431,
  METHOD_NOT_ALLOWED: 405,
  DRAINING: 503,
  STORE_UNAVAILABLE: 503,
  ENGINE_STOPPED: 503,
  STORE_CORRUPT: 500,
  STORE_NEWER: 500,
  USAGE: 500,
  CONFIG_INVALID: 500,
  ENGINE_ARGUMENT: 500,
  SRT_BIND: 500,
  SRT_OPTION: 500,
  HTTP_BIND: 500,
  ADDON_MISSING: 500,
  INTERNAL: 500,
} as const satisfies Record<HttpErrorCode, number>

/** An error that only this layer can have. */
export class RequestError extends Error {
  readonly code: RequestErrorCode

  constructor(code: RequestErrorCode, message: string) {
    super(message)
    this.name = 'RequestError'
    this.code = code
  }
}

export interface ErrorBody {
  code: HttpErrorCode
  message: string
  status: 'error'
}

export interface ErrorAnswer {
  statusCode: number
  body: ErrorBody
}

/** What a client may know of a failure on our side. */
const PUBLIC_SENTENCES: Partial<Record<HttpErrorCode, string>> = {
  DRAINING: 'The server is shutting down',
  ENGINE_STOPPED: 'The server is shutting down',
  STORE_UNAVAILABLE: 'The database is not available',
}

function answer(code: HttpErrorCode, message: string): ErrorAnswer {
  const statusCode = STATUS[code]
  if (statusCode < 500) return { statusCode, body: { code, message, status: 'error' } }
  const sentence = PUBLIC_SENTENCES[code]
  const shownCode = sentence === undefined ? 'INTERNAL' : code
  return {
    statusCode,
    body: { code: shownCode, message: sentence ?? 'Internal server error', status: 'error' },
  }
}

/** Anything that was thrown while a request was answered. */
export function toAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof AppError || thrown instanceof RequestError) return answer(thrown.code, thrown.message)
  const { code, statusCode } = frameworkFields(thrown)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return answer('BODY_TOO_LARGE', 'The body is larger than 65536 bytes')
  if (code === 'FST_ERR_BAD_URL') {
    return answer('REQUEST_MALFORMED', 'The path holds a malformed percent-encoding')
  }
  const isClients = code.startsWith('FST_') && statusCode >= 400 && statusCode < 500
  // ECONNRESET and ECONNABORTED: the client left in the middle of its body.
  if (isClients || code === 'ECONNRESET' || code === 'ECONNABORTED') {
    return answer('REQUEST_MALFORMED', 'The request is malformed')
  }
  return answer('INTERNAL', '')
}

function frameworkFields(thrown: unknown): { code: string; statusCode: number } {
  if (!(thrown instanceof Error)) return { code: '', statusCode: 0 }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const statusCode = 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : 0
  return { code, statusCode }
}
