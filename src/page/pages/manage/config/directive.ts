/** A row of GET /api/config. */
export interface Directive {
  name: string
  /** Null: the srt block. */
  server: number | null
  value: string | null
  source: 'default' | 'file' | 'environment' | 'api'
  place: string | null
  persisted: boolean
  apply: 'live' | 'listener' | 'restart'
  range: string
  explanation: string
}

/** A row of the answer of PATCH /api/config. */
export interface ConfigChange {
  directive: string
  from: string
  to: string
}
