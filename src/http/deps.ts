import type { Permission } from '../access/api-keys.ts'
import type { ConnectionStats } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Baselines } from '../streams/baselines.ts'

export interface ApiKey {
  id: number
  name: string
  permissions: Permission
}

export interface KeyRing {
  /** Undefined: nobody's key. */
  verify(rawKey: string): ApiKey | undefined
  create(name: string, permissions: Permission): Promise<{ key: string }>
}

export interface StreamIdRow {
  publisher: string
  player: string
  description: string | null
}

export interface NewStreamId {
  publisher: string
  player: string
  description?: string
}

export interface StreamIds {
  list(): Promise<readonly StreamIdRow[]>
  /** In force when it resolves. Throws STREAM_ID_EXISTS or BODY_INVALID. */
  add(row: NewStreamId): Promise<void>
  /** False: nobody knows this player. */
  remove(player: string): Promise<boolean>
  /** The stream that a player's ID leads to. From memory. */
  hasPlayer(player: string): string | undefined
}

export interface LiveStreams {
  /** Undefined: nobody publishes it. */
  publisher(streamKey: string): ConnectionStats | undefined
}

export interface AccessRecord {
  /** Null: no key, or one that nobody knows. */
  apiKeyId: number | null
  /** The decoded path without the query. */
  endpoint: string
  method: string
  ipAddress: string
  responseCode: number
  atMs: number
}

export interface AccessLog {
  record(record: AccessRecord): void
}

/** Requests a minute and client address. */
export interface RateLimits {
  api: number
  stats: number
  config: number
}

/** What a reload may change. */
export interface HttpSettings {
  /** cors_header: the value of Access-Control-Allow-Origin. */
  corsOrigin: string
  /** IP addresses and CIDR blocks whose X-Forwarded-For is believed. */
  trustProxy: readonly string[]
  limits: RateLimits
}

export interface HttpDeps {
  version: string
  clock: Clock
  log: Logger
  /** Read with each request. */
  settings: () => HttpSettings
  /** True from the beginning of the shutdown. */
  draining: () => boolean
  keys: KeyRing
  streamIds: StreamIds
  streams: LiveStreams
  baselines: Pick<Baselines, 'get' | 'move'>
  accessLog: AccessLog
}
