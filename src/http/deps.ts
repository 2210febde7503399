import type { Readable } from 'node:stream'
import type { ApiKeyIdentity, CreatedKey, ListedKey, NewKey } from '../access/key-ring.ts'
import type { NewPlayToken, PlayToken } from '../access/play-tokens.ts'
import type { Scope } from '../access/scope.ts'
import type { StreamIdDetails } from '../access/stream-id-desk.ts'
import type { PublicStream } from '../analytics/public-status.ts'
import type { HistoryEntry, HistoryQuery, Report, ReportQuery } from '../analytics/reports.ts'
import type { Change } from '../config/changes.ts'
import type { EffectiveDirective } from '../config/live.ts'
import type { ConnectionStats } from '../engine/contract.ts'
import type { EventFeed, EventSink, StoredEvent } from '../events/hub.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { AccessLogEntry, AccessLogFilter, AccessRecord } from '../store/access-log.ts'
import type { AlertRule, NewAlertRule } from '../store/alert-rules.ts'
import type { Alert, AlertFilter } from '../store/alerts.ts'
import type { Annotations } from '../store/annotations.ts'
import type { AuditEntry, AuditFilter, AuditRecord } from '../store/audit-log.ts'
import type { NewStreamId, OnConflict, StreamIdFilter, StreamIdPatch } from '../store/stream-ids.ts'
import type { DeliveryFilter, NewDelivery, StoredDelivery } from '../store/webhook-deliveries.ts'
import type { Baselines } from '../streams/baselines.ts'
import type { AnsweredRequest } from '../streams/metrics/http-instruments.ts'
import type { PreviewWish } from '../streams/previews.ts'
import type { RefusalFilter, RefusalPage } from '../streams/refusals.ts'
import type { CreatedWebhook, NewWebhookWish, WebhookDetails, WebhookPatch } from '../webhooks/desk.ts'
import type { Certificate } from './tls.ts'

export interface KeyRing {
  /** Undefined: nobody's key, or one that has expired. */
  verify(rawKey: string): ApiKeyIdentity | undefined
  list(): Promise<readonly ListedKey[]>
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

/** What the list without a query tells of a pair. */
export type StreamIdRow = Pick<StreamIdDetails, 'publisher' | 'player' | 'description'>

export interface ImportOptions {
  /** What happens to a player that is there already. */
  onConflict: OnConflict
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

export interface AccessLog {
  record(record: AccessRecord): void
  /** One row more than `limit` tells that there is another page. */
  find(filter: AccessLogFilter): Promise<readonly AccessLogEntry[]>
}

export interface AuditLog {
  /** Throws STORE_UNAVAILABLE. */
  add(record: AuditRecord): Promise<void>
  find(filter: AuditFilter): Promise<readonly AuditEntry[]>
}

export interface Events extends EventSink, EventFeed {
  /** Newest first, of these types (empty: all), with lower ids; undefined: from the newest. Throws STORE_UNAVAILABLE. */
  before(id: number | undefined, types: readonly string[], limit: number): Promise<readonly StoredEvent[]>
}

export interface AlertDesk {
  /** In the order in which they were made. */
  rules(): readonly AlertRule[]
  /** In force when it resolves. `isOwn`: the rules that a bound key sees; undefined: all. Throws ALERT_RULES_FULL. */
  add(rule: NewAlertRule, isOwn?: (rule: AlertRule) => boolean): Promise<AlertRule>
  /** Undefined: there is no such rule. What `patch` throws is thrown. */
  change(id: number, patch: (rule: AlertRule) => NewAlertRule): Promise<AlertRule | undefined>
  /** False: there is no such rule. */
  remove(id: number): Promise<boolean>
  /** Newest first; one row more than `limit` tells that there is another page. */
  find(filter: AlertFilter): Promise<readonly Alert[]>
}

export interface LiveConfig {
  effective(): readonly EffectiveDirective[]
  /**
   * Sets directives by name, as written in sls.conf; null: back to file, environment or default. In force when it
   * resolves, to those that changed. Throws CONFIG_INVALID with problems, CONFIG_NOT_LIVE, STORE_UNAVAILABLE; then
   * nothing has changed.
   */
  change(values: ReadonlyMap<string, string | null>, isPersisted: boolean): Promise<readonly Change[]>
}

/** UDP ports. */
export interface SrtPorts {
  player: number
  publisher: number
  /** Null: there is none. */
  publisherSrtla: number | null
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
  /** Whether /api/preview is there. */
  isPreviewOn: boolean
  /** Whether the page for operators is served at /. */
  isPageOn: boolean
  /** Of each server block. */
  srtPorts: readonly SrtPorts[]
}

export interface HttpDeps {
  version: string
  clock: Clock
  log: Logger
  /** Read with each request. */
  settings: () => HttpSettings
  /** Certificate and key as PEM; undefined: plain HTTP. renewCertificate() takes another while the server lives. */
  tls?: Certificate
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
  alerts: AlertDesk
  annotations: Annotations
  metrics: Metrics
  events: Events
  webhooks: Webhooks
  analytics: AnalyticsReports
  publicStatus: PublicStatus
  previews: Previews
}

/** A change is in force when it resolves; undefined or false: there is no such webhook. */
export interface Webhooks {
  /** In the order in which they were added. */
  list(): Promise<readonly WebhookDetails[]>
  get(id: number): Promise<WebhookDetails | undefined>
  /** Throws BODY_INVALID, WEBHOOK_LIMIT. */
  add(wish: NewWebhookWish): Promise<CreatedWebhook>
  /** Throws BODY_INVALID. */
  change(id: number, patch: WebhookPatch): Promise<WebhookDetails | undefined>
  remove(id: number): Promise<boolean>
  /** Throws BODY_INVALID. */
  rotateSecret(id: number, secret?: string): Promise<CreatedWebhook | undefined>
  /** One call, now, with what came of it. */
  test(id: number): Promise<NewDelivery | undefined>
  /** Newest first; one row more than the limit tells that there is another page. */
  deliveries(id: number, filter: DeliveryFilter): Promise<readonly StoredDelivery[] | undefined>
}

export interface Previews {
  /**
   * The live MPEG-TS of a stream, until it or the right to see it ends. Throws STREAM_NOT_LIVE, PREVIEW_LIMIT,
   * DRAINING, ENGINE_STOPPED.
   */
  open(wish: PreviewWish): Readable
  /** At the shutdown. */
  endAll(): void
}

export interface Metrics {
  /** Prometheus text exposition format 0.0.4. */
  render(): Promise<string>
  contentType: string
  observeRequest(request: AnsweredRequest): void
}

export interface AnalyticsReports {
  report(query: ReportQuery): Promise<Report>
  /** Newest first; one entry more than `limit` tells that there is another page. */
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>
}

export interface PublicStatus {
  list(): Promise<readonly PublicStream[]>
}
