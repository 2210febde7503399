import type { ApiKeyRow } from '../store/api-keys.ts'
import { hashKey, type Permission, permissionOf } from './api-keys.ts'
import { parseScope, type Scope } from './scope.ts'

/** A key of the configuration; never stored. */
export interface ConfiguredKey {
  readonly key: string
  readonly name: string
  readonly permissions: Permission
  readonly scope: Scope | null
}

/** Whose request it is. */
export interface ApiKeyIdentity {
  /** Row of the store; null: a key of the configuration. */
  id: number | null
  /** Unique among all keys: 'db:7', 'conf:1'. */
  ref: string
  name: string
  permissions: Permission
  /** Null: everything. */
  scope: Scope | null
  /** Null: as configured. */
  rateLimitPerMinute: number | null
}

/** What is asked at each request. */
export interface KeyEntry {
  identity: ApiKeyIdentity
  expiresAtMs: number | null
}

/** A key for people to read; neither the key nor its hash. */
export interface ListedKey {
  /** 7, or 'conf:1'. */
  id: number | string
  name: string
  permissions: Permission
  source: 'database' | 'configuration'
  prefix: string | null
  /** Not revoked and not expired. */
  active: boolean
  scope: Scope | null
  rateLimitPerMinute: number | null
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  lastUsed: string | null
  expiresAtMs: number | null
}

/** Characters of a key that may be shown, so that people tell their keys apart. */
const PREFIX_LENGTH = 6

export const prefixOf = (key: string) => key.slice(0, PREFIX_LENGTH)

/** Also of a time that somebody wrote by hand as a text: then it is never before it. */
export const isExpired = (expiresAtMs: number | null, nowMs: number) =>
  expiresAtMs !== null && !(nowMs < expiresAtMs)

/** One that the API would not set was written by hand, and counts as none. */
const rateLimitOf = (stored: number | null) =>
  stored !== null && Number.isSafeInteger(stored) && stored >= 1 ? stored : null

/** Undefined: revoked, or its scope is a text that nobody understands, and then it may do nothing. */
export function entryOf(row: ApiKeyRow): KeyEntry | undefined {
  const scope = parseScope(row.scope)
  if (!row.active || scope === undefined) return undefined
  const { id, name, permissions, rateLimit, expiresAtMs } = row
  const identity = { id, ref: `db:${id}`, name, permissions: permissionOf(permissions), scope }
  return { identity: { ...identity, rateLimitPerMinute: rateLimitOf(rateLimit) }, expiresAtMs }
}

/** By hash; `conf:1` is the first of them. */
export function configuredEntries(keys: readonly ConfiguredKey[]): [hash: string, entry: KeyEntry][] {
  return keys.map(({ key, name, permissions, scope }, index) => {
    const identity = {
      id: null,
      ref: `conf:${index + 1}`,
      name,
      permissions,
      scope,
      rateLimitPerMinute: null,
    }
    return [hashKey(key), { identity, expiresAtMs: null }]
  })
}

export function listedRow(row: ApiKeyRow, nowMs: number): ListedKey {
  const scope = parseScope(row.scope)
  return {
    id: row.id,
    name: row.name,
    permissions: permissionOf(row.permissions),
    source: 'database',
    prefix: row.prefix,
    active: row.active && scope !== undefined && !isExpired(row.expiresAtMs, nowMs),
    // One that nobody understands is shown as one that holds nothing, which is what it is.
    scope: scope === undefined ? { players: [] } : scope,
    rateLimitPerMinute: rateLimitOf(row.rateLimit),
    createdAt: row.createdAt,
    lastUsed: row.lastUsed,
    expiresAtMs: row.expiresAtMs,
  }
}

export function listedConfigured(key: ConfiguredKey, index: number, lastUsed: string | null): ListedKey {
  return {
    id: `conf:${index + 1}`,
    name: key.name,
    permissions: key.permissions,
    source: 'configuration',
    prefix: prefixOf(key.key),
    active: true,
    scope: key.scope,
    rateLimitPerMinute: null,
    createdAt: null,
    lastUsed,
    expiresAtMs: null,
  }
}
