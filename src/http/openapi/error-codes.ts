import { type HttpErrorCode, STATUS } from '../errors.ts'

/** The codes a client can meet, with what they mean. */
export const MEANINGS = {
  API_KEY_INVALID: 'The key is unknown, revoked or expired, or two different ones were sent.',
  API_KEY_LAST_ADMIN: 'It is the last active admin key, so it stays.',
  API_KEY_MISSING: 'The request has no API key.',
  API_KEY_NOT_STORED: 'The key comes from the configuration and can only be changed there.',
  API_KEY_UNKNOWN: 'No active key has this id.',
  BODY_INVALID: 'The body is not what the route wants; `problems` names what is wrong.',
  BODY_TOO_LARGE: 'The body has more bytes than the route takes.',
  CONFIG_INVALID: 'A directive or a value is not valid; nothing has changed.',
  CONFIG_NOT_LIVE: 'A directive takes effect at a restart only; nothing has changed.',
  DRAINING: 'The server is shutting down and changes nothing any more.',
  ENGINE_STOPPED: 'The server is shutting down.',
  HEADERS_TOO_LARGE: 'The headers of the request are larger than 16 KiB.',
  IMPORT_INVALID: 'Nothing was imported; `problems` names the rows.',
  INTERNAL: 'An error of the server; its log has the request id.',
  METHOD_NOT_ALLOWED: 'The path is known, the method is not; `Allow` names those that are.',
  METRICS_OFF: 'The metrics are off: `metrics_token` is not set.',
  METRICS_TOKEN_INVALID: 'The token is not that of the metrics.',
  PATH_INVALID: 'The ID in the path is none.',
  PERMISSION_DENIED: 'The key may not do this.',
  PLAYER_UNKNOWN: 'No stream ID of a player is spelt like this.',
  PREVIEW_LIMIT:
    'Too many previews are open, of this key or address or in all; come back after `Retry-After`.',
  PREVIEW_OFF: 'Previews are off: `preview off` is set.',
  QUERY_INVALID: 'A parameter of the query is not valid; `problems` names it.',
  RATE_LIMITED: 'Too many requests, or too many wrong keys; `Retry-After` says when to come back.',
  REQUEST_MALFORMED: 'This is not valid HTTP.',
  REQUEST_TIMEOUT: 'The request took too long to arrive.',
  ROUTE_UNKNOWN: 'Nothing is at this path.',
  SCOPE_DENIED: 'The key is bound to some players and may not do this.',
  SESSION_UNKNOWN: 'There is no such session any more.',
  STORE_UNAVAILABLE: 'The database is not available; come back after `Retry-After`.',
  STREAM_ID_EXISTS: 'The stream ID of the player is taken.',
  STREAM_ID_UNKNOWN: 'There is no such stream ID.',
  WEBHOOK_LIMIT: 'There are as many webhooks as there may be.',
  WEBHOOK_UNKNOWN: 'There is no such webhook.',
  STREAM_NOT_LIVE: 'Nobody publishes this stream at the moment.',
} as const satisfies Partial<Record<HttpErrorCode, string>>

export type ClientErrorCode = keyof typeof MEANINGS

export const isClientErrorCode = (code: string): code is ClientErrorCode => Object.hasOwn(MEANINGS, code)

/** A Markdown table of all codes, for the description of the API. */
export function codesTable(): string {
  const rows = Object.entries(MEANINGS).map(([code, meaning]) =>
    isClientErrorCode(code) ? `| \`${code}\` | ${STATUS[code]} | ${meaning} |` : '',
  )
  return ['| code | status | meaning |', '|---|---|---|', ...rows].join('\n')
}
