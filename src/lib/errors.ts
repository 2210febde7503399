/** Every error the program can name. HTTP statuses and exit codes are mapped from this union elsewhere. */
export type ErrorCode =
  | 'STREAM_ID_EXISTS'
  | 'STREAM_ID_UNKNOWN'
  | 'IMPORT_INVALID'
  | 'SESSION_UNKNOWN'
  | 'PLAYER_UNKNOWN'
  | 'API_KEY_MISSING'
  | 'API_KEY_INVALID'
  | 'API_KEY_UNKNOWN'
  | 'API_KEY_LAST_ADMIN'
  | 'API_KEY_NOT_STORED'
  | 'PERMISSION_DENIED'
  | 'SCOPE_DENIED'
  | 'RATE_LIMITED'
  | 'BODY_INVALID'
  | 'QUERY_INVALID'
  | 'PATH_INVALID'
  | 'METRICS_OFF'
  | 'METRICS_TOKEN_INVALID'
  | 'BODY_TOO_LARGE'
  | 'ROUTE_UNKNOWN'
  | 'DRAINING'
  | 'USAGE'
  | 'WEBHOOK_UNKNOWN'
  | 'WEBHOOK_LIMIT'
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_LIVE'
  | 'STREAM_NOT_LIVE'
  | 'PREVIEW_OFF'
  | 'PREVIEW_LIMIT'
  | 'TAP_LIMIT'
  | 'STORE_UNAVAILABLE'
  | 'STORE_CORRUPT'
  | 'STORE_NEWER'
  | 'ENGINE_STOPPED'
  | 'ENGINE_ARGUMENT'
  | 'SRT_BIND'
  | 'SRT_OPTION'
  | 'HTTP_BIND'
  | 'ADDON_MISSING'
  | 'INTERNAL'

export interface AppErrorOptions {
  /** What the reader can do about it, as a sentence. */
  hint?: string
  /** The parts of what is wrong, e.g. one entry a row of an import; goes into the body as `problems`. */
  problems?: readonly Problem[]
  cause?: unknown
}

/** One of several things that are wrong with an input. */
export interface Problem {
  /** Where: a field, or `row 3, max_players`. */
  where: string
  what: string
}

/** An error with a code the edges (HTTP, CLI) understand. The message is safe to show to a client. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly problems: readonly Problem[] | undefined

  constructor(code: ErrorCode, message: string, { hint, cause, problems }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.hint = hint
    this.problems = problems
  }
}

/** The text of anything that was thrown, for logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
