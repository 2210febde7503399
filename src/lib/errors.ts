/** Every error the program can name. HTTP statuses and exit codes are mapped from this union elsewhere. */
export type ErrorCode =
  | 'STREAM_ID_EXISTS'
  | 'STREAM_ID_UNKNOWN'
  | 'PLAYER_UNKNOWN'
  | 'API_KEY_MISSING'
  | 'API_KEY_INVALID'
  | 'API_KEY_UNKNOWN'
  | 'PERMISSION_DENIED'
  | 'RATE_LIMITED'
  | 'BODY_INVALID'
  | 'BODY_TOO_LARGE'
  | 'ROUTE_UNKNOWN'
  | 'DRAINING'
  | 'USAGE'
  | 'CONFIG_INVALID'
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
  cause?: unknown
}

/** An error with a code the edges (HTTP, CLI) understand. The message is safe to show to a client. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, { hint, cause }: AppErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.hint = hint
  }
}

/** The text of anything that was thrown, for logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
