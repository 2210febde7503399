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
  /** In the public status under this name; empty: not there. */
  public_name: Generated<string>
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

export interface EventsTable {
  id: Generated<number>
  at_ms: number
  type: string
  player: string | null
  players: Generated<string>
  session_id: number | null
  data: Generated<string>
}

export interface WebhooksTable {
  id: Generated<number>
  url: string
  description: Generated<string>
  events: string
  players: Generated<string>
  secret: string
  /** Signs beside the other until then; null: none. */
  previous_secret: string | null
  previous_until_ms: number | null
  active: Generated<number>
  paused_reason: string | null
  cursor: number
  attempt: Generated<number>
  next_attempt_ms: Generated<number>
  failing_since_ms: number | null
  created_ms: number
}

export interface WebhookDeliveriesTable {
  id: Generated<number>
  webhook_id: number
  event_id: number | null
  event_type: string
  attempt: number
  at_ms: number
  duration_ms: number
  status: number | null
  error: string | null
}

export interface MeasuredStreamsTable {
  id: Generated<number>
  stream_key: string
  /** When it was first live; Unix milliseconds. */
  first_ms: number
  /** When it was last live, give or take an hour. */
  last_ms: number
}

export interface SamplesTable {
  /** 0: all of them together. */
  stream: number
  step_s: number
  at_s: number
  live_s: number
  rate_kbps: number
  rate_min_kbps: number
  rate_max_kbps: number
  rtt_ms: number
  rtt_max_ms: number
  loss_percent: number
  loss_max_percent: number
  buffer_ms: number
  players: number
  players_max: number
  bytes_in: number
  bytes_out: number
}

export interface PastSessionsTable {
  id: Generated<number>
  connection_id: number
  run_id: string
  role: string
  stream: number
  player: string | null
  address: string
  srt_version: string
  encryption: string
  latency_ms: number
  started_ms: number
  last_seen_ms: number
  ended_ms: number | null
  reason: string | null
  bytes: Generated<number>
}

export interface AlertRulesTable {
  id: Generated<number>
  name: string
  kind: string
  player: string | null
  threshold: Generated<number>
  clear_threshold: Generated<number>
  for_s: number
  clear_for_s: number
  active: Generated<number>
  created_ms: number
}

export interface AlertsTable {
  id: Generated<number>
  rule_id: number
  player: string
  raised_ms: number
  cleared_ms: number | null
  value: number | null
}

export interface AnnotationsTable {
  id: Generated<number>
  player: string | null
  at_ms: number
  until_ms: number | null
  text: string
  author: string
}

export interface Schema {
  stream_ids: StreamIdsTable
  api_keys: ApiKeysTable
  access_logs: AccessLogsTable
  audit_logs: AuditLogsTable
  settings: SettingsTable
  play_token_uses: PlayTokenUsesTable
  events: EventsTable
  webhooks: WebhooksTable
  webhook_deliveries: WebhookDeliveriesTable
  measured_streams: MeasuredStreamsTable
  samples: SamplesTable
  past_sessions: PastSessionsTable
  alert_rules: AlertRulesTable
  alerts: AlertsTable
  annotations: AnnotationsTable
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
    'public_name',
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
  events: ['id', 'at_ms', 'type', 'player', 'players', 'session_id', 'data'],
  webhooks: [
    'id',
    'url',
    'description',
    'events',
    'players',
    'secret',
    'previous_secret',
    'previous_until_ms',
    'active',
    'paused_reason',
    'cursor',
    'attempt',
    'next_attempt_ms',
    'failing_since_ms',
    'created_ms',
  ],
  webhook_deliveries: [
    'id',
    'webhook_id',
    'event_id',
    'event_type',
    'attempt',
    'at_ms',
    'duration_ms',
    'status',
    'error',
  ],
  measured_streams: ['id', 'stream_key', 'first_ms', 'last_ms'],
  samples: [
    'stream',
    'step_s',
    'at_s',
    'live_s',
    'rate_kbps',
    'rate_min_kbps',
    'rate_max_kbps',
    'rtt_ms',
    'rtt_max_ms',
    'loss_percent',
    'loss_max_percent',
    'buffer_ms',
    'players',
    'players_max',
    'bytes_in',
    'bytes_out',
  ],
  past_sessions: [
    'id',
    'connection_id',
    'run_id',
    'role',
    'stream',
    'player',
    'address',
    'srt_version',
    'encryption',
    'latency_ms',
    'started_ms',
    'last_seen_ms',
    'ended_ms',
    'reason',
    'bytes',
  ],
  alert_rules: [
    'id',
    'name',
    'kind',
    'player',
    'threshold',
    'clear_threshold',
    'for_s',
    'clear_for_s',
    'active',
    'created_ms',
  ],
  alerts: ['id', 'rule_id', 'player', 'raised_ms', 'cleared_ms', 'value'],
  annotations: ['id', 'player', 'at_ms', 'until_ms', 'text', 'author'],
} as const satisfies { [Table in keyof Schema]: readonly (keyof Schema[Table])[] }
