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
  passphrase: Generated<string>
  max_players: Generated<number>
  max_bitrate_kbps: Generated<number>
  bitrate_grace_s: Generated<number>
  /** CIDR blocks and addresses with a space between. */
  publish_networks: Generated<string>
  play_networks: Generated<string>
  /** 0 or 1. */
  tokens_only: Generated<number>
  /** Unix seconds. */
  tokens_not_before: Generated<number>
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
  prefix: string | null
  expires_at_ms: number | null
  /** JSON; null: everything. */
  scope: string | null
  /** Requests a minute. */
  rate_limit: number | null
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
  api_key_name: string | null
  request_id: string | null
  would_deny: string | null
}

export interface AuditLogsTable {
  id: Generated<number>
  api_key_id: number | null
  api_key_name: string | null
  ip_address: string
  action: string
  subject: string
  /** A JSON object. */
  details: string
  timestamp: Timestamp
}

export interface SettingsTable {
  name: string
  value: string
  updated_at: Timestamp
}

export interface PlayTokenUsesTable {
  token_id: string
  use_count: number
  /** Unix seconds. */
  expires_at_s: number
}

export interface Schema {
  stream_ids: StreamIdsTable
  api_keys: ApiKeysTable
  access_logs: AccessLogsTable
  audit_logs: AuditLogsTable
  settings: SettingsTable
  play_token_uses: PlayTokenUsesTable
}

/** The columns the program stands on, to tell a foreign file with tables of these names. */
export const COLUMNS = {
  stream_ids: [
    'id',
    'publisher',
    'player',
    'description',
    'created_at',
    'updated_at',
    'passphrase',
    'max_players',
    'max_bitrate_kbps',
    'bitrate_grace_s',
    'publish_networks',
    'play_networks',
    'tokens_only',
    'tokens_not_before',
  ],
  api_keys: [
    'id',
    'key_hash',
    'name',
    'permissions',
    'created_at',
    'last_used',
    'active',
    'prefix',
    'expires_at_ms',
    'scope',
    'rate_limit',
  ],
  access_logs: [
    'id',
    'api_key_id',
    'endpoint',
    'method',
    'ip_address',
    'timestamp',
    'response_code',
    'api_key_name',
    'request_id',
    'would_deny',
  ],
  audit_logs: ['id', 'api_key_id', 'api_key_name', 'ip_address', 'action', 'subject', 'details', 'timestamp'],
  settings: ['name', 'value', 'updated_at'],
  play_token_uses: ['token_id', 'use_count', 'expires_at_s'],
} as const satisfies { [Table in keyof Schema]: readonly (keyof Schema[Table])[] }
