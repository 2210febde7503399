import type { ColumnType, Generated } from 'kysely'

/** UTC text as SQLite's CURRENT_TIMESTAMP writes it, e.g. '2026-01-31 23:59:59'. */
type Timestamp = ColumnType<string | null, string | undefined, string>

export interface StreamIdsTable {
  id: Generated<number>
  publisher: string
  player: string
  description: string | null
  created_at: Timestamp
  updated_at: Timestamp
}

export interface ApiKeysTable {
  id: Generated<number>
  /** SHA-256, lower-case hex. */
  key_hash: string
  name: string
  permissions: string
  created_at: Timestamp
  last_used: string | null
  /** 1: in use; anything else: revoked. */
  active: ColumnType<number | null, number | undefined, number>
}

export interface AccessLogsTable {
  id: Generated<number>
  /** Null where the key is unknown; rows of the server we replace hold -1 there. */
  api_key_id: number | null
  endpoint: string
  method: string
  ip_address: string
  timestamp: Timestamp
  response_code: number | null
}

export interface Schema {
  stream_ids: StreamIdsTable
  api_keys: ApiKeysTable
  access_logs: AccessLogsTable
}

/** The columns the program stands on, to tell a foreign file with tables of these names. */
export const COLUMNS = {
  stream_ids: ['id', 'publisher', 'player', 'description', 'created_at', 'updated_at'],
  api_keys: ['id', 'key_hash', 'name', 'permissions', 'created_at', 'last_used', 'active'],
  access_logs: ['id', 'api_key_id', 'endpoint', 'method', 'ip_address', 'timestamp', 'response_code'],
} as const satisfies { [Table in keyof Schema]: readonly (keyof Schema[Table])[] }
