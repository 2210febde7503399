import { AppError, type ErrorCode, type Problem } from '../lib/errors.ts'

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
  IMPORT_INVALID: 400,
  SESSION_UNKNOWN: 404,
  PLAYER_UNKNOWN: 404,
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 401,
  API_KEY_UNKNOWN: 404,
  API_KEY_LAST_ADMIN: 409,
  API_KEY_NOT_STORED: 409,
  PERMISSION_DENIED: 403,
  SCOPE_DENIED: 403,
  RATE_LIMITED: 429,
  BODY_INVALID: 400,
  QUERY_INVALID: 400,
  PATH_INVALID: 400,
  METRICS_OFF: 404,
  METRICS_TOKEN_INVALID: 403,
  STREAM_NOT_LIVE: 409,
  PREVIEW_OFF: 404,
  PREVIEW_LIMIT: 503,
  TAP_LIMIT: 503,
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
  WEBHOOK_UNKNOWN: 404,
  WEBHOOK_LIMIT: 409,
  CONFIG_INVALID: 400,
  CONFIG_NOT_LIVE: 400,
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
  /** What is wrong, part by part; only where the client can mend it. */
  problems?: readonly Problem[]
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
  PREVIEW_LIMIT: 'Too many previews are open',
}

function answer(code: HttpErrorCode, message: string, problems?: readonly Problem[]): ErrorAnswer {
  const statusCode = STATUS[code]
  if (statusCode < 500) {
    const parts = problems === undefined ? {} : { problems }
    return { statusCode, body: { code, message, ...parts, status: 'error' } }
  }
  const sentence = PUBLIC_SENTENCES[code]
  const shownCode = sentence === undefined ? 'INTERNAL' : code
  return {
    statusCode,
    body: { code: shownCode, message: sentence ?? 'Internal server error', status: 'error' },
  }
}

/** Anything that was thrown while a request was answered whose body may have so many bytes. */
export function toAnswer(thrown: unknown, bodyLimitBytes = 0): ErrorAnswer {
  if (thrown instanceof AppError) return answer(thrown.code, thrown.message, thrown.problems)
  if (thrown instanceof RequestError) return answer(thrown.code, thrown.message)
  const { code, statusCode } = frameworkFields(thrown)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return answer('BODY_TOO_LARGE', `The body is larger than ${bodyLimitBytes} bytes`)
  }
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
