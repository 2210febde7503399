import type { Permission } from '../access/api-keys.ts'
import type { Scope } from '../access/scope.ts'
import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Baselines } from '../streams/baselines.ts'
import type { RefusalFilter, RefusalPage } from '../streams/refusals.ts'

/** Whose request it is. */
export interface ApiKey {
  /** Row of api_keys; null: a key of the configuration. */
  id: number | null
  /** Unique among all keys, for budgets: 'db:7', 'conf:1'. */
  ref: string
  name: string
  permissions: Permission
  /** Null: everything. */
  scope: Scope | null
  /** Requests a minute and category instead of the configured rate; null: the configured one. */
  rateLimitPerMinute: number | null
}

/** A key for people to read; neither the key nor its hash. */
export interface KeyDetails {
  /** 7, or 'conf:1' for a key of the configuration. */
  id: number | string
  name: string
  permissions: Permission
  source: 'database' | 'configuration'
  /** The first characters; null where the key is older than this column. */
  prefix: string | null
  active: boolean
  scope: Scope | null
  rateLimitPerMinute: number | null
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  lastUsed: string | null
  expiresAtMs: number | null
}

export interface NewKey {
  name: string
  permissions: Permission
  scope: Scope | null
  expiresAtMs: number | null
  rateLimitPerMinute: number | null
}

export interface CreatedKey {
  /** This is the only time that it can be seen. */
  key: string
  details: KeyDetails
}

export interface KeyRing {
  /** Undefined: nobody's key, or one that has expired. */
  verify(rawKey: string): ApiKey | undefined
  list(): Promise<readonly KeyDetails[]>
  /** Works when it resolves. */
  create(key: NewKey): Promise<CreatedKey>
  /**
   * A new key with the rights of another, which expires after `overlapS` seconds (0: now). Undefined: no active key has
   * this id. Throws API_KEY_NOT_STORED.
   */
  rotate(id: number | string, overlapS: number): Promise<CreatedKey | undefined>
  /** False: no active key has this id. Throws API_KEY_LAST_ADMIN, API_KEY_NOT_STORED. */
  revoke(id: number | string): Promise<boolean>
}

/** What is kept of a stream beside its IDs. The passphrase goes in and never comes out. */
export interface StreamSettings {
  /** Concerns the player stream ID. 0 = no limit. */
  maxPlayers: number
  playNetworks: readonly string[]
  isTokensOnly: boolean
  /** Concern the publisher, and so every pair that has the same one. 0 = no limit. */
  maxBitrateKbps: number
  bitrateGraceS: number
  publishNetworks: readonly string[]
  /** '' = none of its own. Concerns publisher and players. */
  passphrase: string
}

export interface StreamIdDetails extends Omit<StreamSettings, 'passphrase'> {
  id: number
  publisher: string
  player: string
  description: string | null
  hasPassphrase: boolean
  /** Unix seconds; play tokens issued before are void. 0 = none. */
  tokensNotBeforeS: number
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  updatedAt: string | null
}

export interface StreamIdRow {
  publisher: string
  player: string
  description: string | null
}

export interface NewStreamId extends Partial<StreamSettings> {
  publisher: string
  player: string
  description?: string | null
}

/** What is left out stays as it is. */
export interface StreamIdPatch extends Partial<StreamSettings> {
  publisher?: string
  description?: string | null
}

export interface StreamIdFilter {
  /** Part of the player, the publisher or the description, ASCII letters in any case. */
  search?: string
  publisher?: string
  /** True: only pairs of these publishers; false: only of others. For streams that are live or not. */
  publishers?: { isIn: boolean; ids: readonly string[] }
  /** Of the last page; undefined: the first page. */
  afterId?: number
  limit: number
}

export interface ImportOptions {
  /** What happens to a player that is there already. */
  onConflict: 'fail' | 'skip' | 'update'
  isDryRun: boolean
}

export interface ImportReport {
  created: number
  updated: number
  skipped: number
}

/**
 * Everything is in force when it resolves, and sessions that lost their right have been ended. `scope` is the key's:
 * what it doesn't cover is as if it were not there, and a change that would touch it throws SCOPE_DENIED.
 */
export interface StreamIds {
  list(scope: Scope | null): Promise<readonly StreamIdRow[]>
  /** In the order in which they were added; one row more than `limit` tells that there is another page. */
  find(filter: StreamIdFilter, scope: Scope | null): Promise<readonly StreamIdDetails[]>
  get(player: string, scope: Scope | null): Promise<StreamIdDetails | undefined>
  /** Throws STREAM_ID_EXISTS, BODY_INVALID, SCOPE_DENIED. */
  add(row: NewStreamId, scope: Scope | null): Promise<void>
  /** All or nothing. Throws IMPORT_INVALID with one problem a row, where: 'row 3, player'. */
  import(rows: readonly NewStreamId[], options: ImportOptions, scope: Scope | null): Promise<ImportReport>
  /** Undefined: nobody knows this player. Throws BODY_INVALID, SCOPE_DENIED. */
  update(player: string, patch: StreamIdPatch, scope: Scope | null): Promise<StreamIdDetails | undefined>
  /** False: nobody knows this player. */
  remove(player: string, scope: Scope | null): Promise<boolean>
  /** The stream that a player's ID leads to. From memory. */
  hasPlayer(player: string): string | undefined
  /** The players of a stream, in the order in which they were added. From memory. */
  playersOf(streamKey: string): readonly string[]
  /** Ends a session. False: it has gone. */
  kick(connectionId: number): boolean
}

export interface NewPlayToken {
  /** Seconds. */
  expiresInS: number
  /** An IP address or CIDR block; null: from everywhere. */
  network: string | null
  /** Handshakes; 0 = no limit. */
  maxUses: number
}

export interface PlayToken {
  token: string
  tokenId: string
  /** What a player sends as its stream ID. */
  streamId: string
  expiresAtS: number
}

export interface PlayTokens {
  /** Undefined: nobody knows this player. */
  issue(player: string, wish: NewPlayToken, scope: Scope | null): Promise<PlayToken | undefined>
  /** All that were issued so far are void. False: nobody knows this player. */
  revokeAll(player: string, scope: Scope | null): Promise<boolean>
}

export interface LiveStreams {
  /** Undefined: nobody publishes it. */
  publisher(streamKey: string): ConnectionStats | undefined
  connections(): readonly ConnectionStats[]
}

export interface Refusals {
  list(filter: RefusalFilter): RefusalPage
}

export interface AccessRecord {
  /** Null: no key, or one that nobody knows. */
  apiKeyId: number | null
  /** Null as above. Also of keys of the configuration. */
  apiKeyName: string | null
  /** The decoded path without the query. */
  endpoint: string
  method: string
  ipAddress: string
  responseCode: number
  atMs: number
  requestId: string
  /** The code of the denial that `authz log` let through; null: none. */
  wouldDeny: string | null
}

export interface AccessLogFilter {
  keyId?: number
  keyName?: string
  address?: string
  method?: string
  responseCode?: number
  /** The beginning of the path. */
  pathPrefix?: string
  wouldDeny?: boolean
  /** Unix milliseconds; from inclusive, to exclusive. */
  fromMs?: number
  toMs?: number
  /** Of the last row of the last page; undefined: the first page. Newest first. */
  beforeId?: number
  limit: number
}

export interface AccessLogEntry extends Omit<AccessRecord, 'atMs'> {
  id: number
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  at: string | null
}

export interface AccessLog {
  record(record: AccessRecord): void
  /** One row more than `limit` tells that there is another page. */
  find(filter: AccessLogFilter): Promise<readonly AccessLogEntry[]>
}

/** A deed that changed something, and who did it. */
export interface AuditRecord {
  apiKeyId: number | null
  /** Null: `authz` let somebody without a key do it. */
  apiKeyName: string | null
  ipAddress: string
  /** 'config.changed', 'key.created', 'key.revoked', 'key.rotated', 'stream-id.imported', … */
  action: string
  /** What it was done to: a player stream ID, a key's id, a directive; never a secret. */
  subject: string
  /** Names and values as they may be shown; never a secret. */
  details: Readonly<Record<string, unknown>>
}

export interface AuditEntry extends AuditRecord {
  id: number
  at: string | null
}

export interface AuditLog {
  /** Throws STORE_UNAVAILABLE. */
  add(record: AuditRecord): Promise<void>
  find(filter: { action?: string; beforeId?: number; limit: number }): Promise<readonly AuditEntry[]>
}

/** One directive as it is in force. */
export interface EffectiveDirective {
  name: string
  /** Null: the srt block; else which server block, from 0. */
  server: number | null
  /** As written in sls.conf, secrets masked; null: unset. */
  value: string | null
  source: 'default' | 'file' | 'environment' | 'api'
  /** 'sls.conf:3:5', 'environment SLS_HTTP_PORT', …; null for a default. */
  place: string | null
  /** Set over the API and kept over a restart. */
  isPersisted: boolean
  apply: 'live' | 'listener' | 'restart'
  range: string
  explanation: string
}

export interface LiveConfig {
  effective(): readonly EffectiveDirective[]
  /**
   * Sets directives by name, as written in sls.conf; null: back to file, environment or default. In force when it
   * resolves, to those that changed. Throws CONFIG_INVALID with problems, CONFIG_NOT_LIVE, STORE_UNAVAILABLE; then
   * nothing has changed.
   */
  change(values: ReadonlyMap<string, string | null>, isPersisted: boolean): Promise<readonly ConfigChange[]>
}

export interface ConfigChange {
  directive: string
  /** As they may be shown. */
  from: string
  to: string
}

/** Requests a minute and identity. */
export interface RateLimits {
  api: number
  stats: number
  config: number
}

/** What a reload may change. */
export interface HttpSettings {
  authz: 'off' | 'log' | 'on'
  /** cors_header: '*', or the origins that browsers may call from; empty: no CORS headers. */
  corsOrigins: readonly string[]
  /** IP addresses and CIDR blocks whose X-Forwarded-For is believed. */
  trustProxy: readonly string[]
  limits: RateLimits
  /** Requests beyond the rate that may come at once. */
  bursts: RateLimits
  /** '' = /metrics is off. */
  metricsToken: string
}

export interface HttpDeps {
  version: string
  clock: Clock
  log: Logger
  /** Read with each request. */
  settings: () => HttpSettings
  /** Certificate and key as PEM; undefined: plain HTTP. renewCertificate() takes another while the server lives. */
  tls?: { cert: string; key: string }
  /** True from the beginning of the shutdown. */
  draining: () => boolean
  /** What keeps the server from serving, as sentences without secrets; empty: it is ready. */
  notReady: () => readonly string[]
  keys: KeyRing
  streamIds: StreamIds
  tokens: PlayTokens
  streams: LiveStreams
  refusals: Refusals
  baselines: Pick<Baselines, 'get' | 'move'>
  accessLog: AccessLog
  audit: AuditLog
  config: LiveConfig
  metrics: Metrics
}

export interface Metrics {
  /** Prometheus text exposition format 0.0.4. */
  render(): Promise<string>
  contentType: string
  /** One answered request; `route` is the pattern of the route table, or 'none'. */
  observeRequest(request: { method: string; route: string; statusCode: number; durationMs: number }): void
}
