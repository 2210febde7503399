import type { ErrorCode } from '../lib/errors.ts'

/** What the process's exit code says; the numbers are sysexits.h's. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** The server answers, but is not ready, or alerts are raised. */
  attention: 2,
  /** A wrong command line. */
  usage: 64,
  /** A port, the addon or a system library is not to be had. */
  unavailable: 69,
  /** The database cannot be used. */
  database: 74,
  /** The configuration has problems. */
  config: 78,
  /** The API key is missing, is not taken, or may not do this. */
  denied: 77,
} as const

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.config,
  STORE_UNAVAILABLE: EXIT.database,
  STORE_CORRUPT: EXIT.database,
  STORE_NEWER: EXIT.database,
  ADDON_MISSING: EXIT.unavailable,
  SRT_BIND: EXIT.unavailable,
  SRT_OPTION: EXIT.unavailable,
  HTTP_BIND: EXIT.unavailable,
}

export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.failure
}
