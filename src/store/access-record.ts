/** One answered request. */
export interface AccessRecord {
  /** Null: no key, one that nobody knows, or one of the configuration. */
  apiKeyId: number | null
  /** Null: no key, or one that nobody knows. */
  apiKeyName: string | null
  /** The decoded path without the query. */
  endpoint: string
  method: string
  ipAddress: string
  responseCode: number
  /** Unix milliseconds. */
  atMs: number
  requestId: string
  /** The code of a denial that was let through; null: none. */
  wouldDeny: string | null
}

/** The same as it is kept. */
export interface AccessLogEntry extends Omit<AccessRecord, 'atMs'> {
  id: number
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  at: string | null
}
