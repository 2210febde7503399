import { type Clock, systemClock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { ApiKeyRow, NewApiKey } from '../store/api-keys.ts'
import { hashKey, makeKey, type Permission } from './api-keys.ts'
import {
  type ApiKeyIdentity,
  type ConfiguredKey,
  configuredEntries,
  entryOf,
  isExpired,
  type KeyEntry,
  type ListedKey,
  listedConfigured,
  listedRow,
  prefixOf,
} from './key-entries.ts'
import { KeyUsage, type UsageStore } from './key-usage.ts'
import { formatScope, parseScope, type Scope } from './scope.ts'
import { SerialQueue } from './serial-queue.ts'

export type { ApiKeyIdentity, ConfiguredKey, ListedKey } from './key-entries.ts'

/** Longer than any key; keeps the work of a check bounded. */
const KEY_MAX_LENGTH = 512

type StoredNewKey = Required<NewApiKey>

export interface KeyStore {
  all(): Promise<ApiKeyRow[]>
  insert(key: StoredNewKey): Promise<number>
  /** Undefined: the table wasn't empty. */
  insertFirst(key: StoredNewKey): Promise<number | undefined>
  /** Exact, whatever other processes revoke at once. */
  revoke(
    id: number,
    options: { keepLastAdmin: boolean; nowMs: number },
  ): Promise<'revoked' | 'unknown' | 'last-admin'>
  /** The successor of an active key, which ends at this time; undefined: there is no such key. */
  replace(
    id: number,
    successor: StoredNewKey,
    expiresAtMs: number,
    nowMs: number,
  ): Promise<number | undefined>
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
  details: ListedKey
}

export interface KeyRingOptions {
  store: KeyStore & UsageStore
  /** Read with each reload(). */
  configured?: () => readonly ConfiguredKey[]
  clock?: Clock
  log?: Logger
}

/** The API keys in memory. What changes them throws STORE_UNAVAILABLE when the store can't. */
export class KeyRing {
  readonly #store: KeyStore
  readonly #configuredNow: () => readonly ConfiguredKey[]
  readonly #clock: Clock
  readonly #log: Logger | undefined
  readonly #usage: KeyUsage
  readonly #changes = new SerialQueue()
  /** By hash: after a reload another key may have the number. */
  readonly #configuredLastUse = new Map<string, string>()
  #configured: readonly ConfiguredKey[] = []
  #byHash = new Map<string, KeyEntry>()
  #warned = ''

  constructor({ store, configured = () => [], clock = systemClock, log }: KeyRingOptions) {
    this.#store = store
    this.#configuredNow = configured
    this.#clock = clock
    this.#log = log
    this.#usage = new KeyUsage(store, log)
  }

  /** Reads the keys anew; on failure those known so far stay. */
  reload(): Promise<void> {
    return this.#changes.run(() => this.#load())
  }

  async #load(): Promise<void> {
    const rows = await this.#store.all()
    const configured = this.#configuredNow()
    const stored = rows.flatMap(row => {
      const entry = entryOf(row)
      return entry === undefined ? [] : [[row.hash, entry] as const]
    })
    // A key that is in both counts as the configuration says.
    this.#byHash = new Map([...stored, ...configuredEntries(configured)])
    this.#configured = configured
    this.#warnOf(rows)
  }

  #warnOf(rows: readonly ApiKeyRow[]): void {
    const bad = rows.filter(row => row.active && parseScope(row.scope) === undefined).map(row => row.id)
    const text = bad.join(', ')
    if (text !== this.#warned && text !== '')
      this.#log?.warn(`api_keys rows ${text} have a scope that cannot be read: these keys may do nothing`)
    this.#warned = text
  }

  /** Whose key this is; undefined: nobody's, or it has expired. The same work for every key, without the store. */
  verify(rawKey: string): ApiKeyIdentity | undefined {
    if (rawKey.length > KEY_MAX_LENGTH) return undefined
    // The look-up is by hash, so that its timing tells nothing about a key.
    const hash = hashKey(rawKey)
    const entry = this.#byHash.get(hash)
    const nowMs = this.#clock.nowMs()
    if (entry === undefined || isExpired(entry.expiresAtMs, nowMs)) return undefined
    this.#noteUse(entry.identity, hash, nowMs)
    return entry.identity
  }

  #noteUse({ id }: ApiKeyIdentity, hash: string, nowMs: number): void {
    if (id !== null) this.#usage.note(id, nowMs)
    else this.#configuredLastUse.set(hash, new Date(nowMs).toISOString().slice(0, 19).replace('T', ' '))
  }

  /** Makes a key that works at once. */
  create(wish: NewKey): Promise<CreatedKey> {
    return this.#changes.run(async () => {
      const { key, row } = newRow(wish)
      const id = await this.#store.insert(row)
      return this.#created(key, id)
    })
  }

  /** Makes the first admin key of an empty table; undefined: there are keys already, revoked ones included. */
  ensureFirstKey(): Promise<string | undefined> {
    return this.#changes.run(async () => {
      const { key, row } = newRow(adminNamed('Default Admin Key'))
      const id = await this.#store.insertFirst(row)
      if (id === undefined) return undefined
      await this.#load()
      return key
    })
  }

  /** A new admin key for one that was lost. The others stay: scripts use them, and revoke() is there. */
  resetAdmin(): Promise<CreatedKey> {
    return this.create(adminNamed('Reset Admin Key'))
  }

  /**
   * A new key with the rights of another, which ends after `overlapS` seconds (0: now). Undefined: no active key has this
   * id. Throws API_KEY_NOT_STORED.
   */
  rotate(id: number | string, overlapS: number): Promise<CreatedKey | undefined> {
    return this.#changes.run(async () => {
      const stored = storedId(id, this.#configured)
      const nowMs = this.#clock.nowMs()
      const row = (await this.#store.all()).find(each => each.id === stored)
      if (stored === undefined || row === undefined || !listedRow(row, nowMs).active) return undefined
      const { name, permissions, scope, rateLimitPerMinute, expiresAtMs } = listedRow(row, nowMs)
      const successor = newRow({ name, permissions, scope, rateLimitPerMinute, expiresAtMs })
      const newId = await this.#store.replace(stored, successor.row, nowMs + overlapS * 1000, nowMs)
      return newId === undefined ? undefined : this.#created(successor.key, newId)
    })
  }

  /**
   * False: no active key has this id. Throws API_KEY_NOT_STORED, and API_KEY_LAST_ADMIN unless it is forced or the
   * configuration has an admin key.
   */
  revoke(id: number | string, { isForced = false }: { isForced?: boolean } = {}): Promise<boolean> {
    return this.#changes.run(async () => {
      const stored = storedId(id, this.#configured)
      if (stored === undefined) return false
      const hasOther = this.#configured.some(key => key.permissions === 'admin' && key.scope === null)
      const options = { keepLastAdmin: !isForced && !hasOther, nowMs: this.#clock.nowMs() }
      const outcome = await this.#store.revoke(stored, options)
      if (outcome === 'last-admin') throw lastAdmin()
      await this.#load()
      return outcome === 'revoked'
    })
  }

  /** All keys: those of the configuration first, revoked ones too. */
  async list(): Promise<ListedKey[]> {
    const rows = await this.#store.all()
    const nowMs = this.#clock.nowMs()
    const configured = this.#configured.map((key, index) =>
      listedConfigured(key, index, this.#configuredLastUse.get(hashKey(key.key)) ?? null),
    )
    return [...configured, ...rows.map(row => listedRow(row, nowMs))]
  }

  /** Writes the last uses. Before the store is closed. */
  async stop(): Promise<void> {
    await this.#usage.write()
  }

  async #created(key: string, id: number): Promise<CreatedKey> {
    await this.#load()
    const row = (await this.#store.all()).find(each => each.id === id)
    if (row === undefined) throw new AppError('INTERNAL', 'a key is gone right after it was made')
    return { key, details: listedRow(row, this.#clock.nowMs()) }
  }
}

const adminNamed = (name: string): NewKey => ({
  name,
  permissions: 'admin',
  scope: null,
  expiresAtMs: null,
  rateLimitPerMinute: null,
})

function newRow(wish: NewKey): { key: string; row: StoredNewKey } {
  const key = makeKey()
  const { name, permissions, expiresAtMs, scope, rateLimitPerMinute } = wish
  const row = { hash: hashKey(key), name, permissions, prefix: prefixOf(key), expiresAtMs }
  return { key, row: { ...row, scope: formatScope(scope), rateLimit: rateLimitPerMinute } }
}

/** Undefined: no key can have it. Throws API_KEY_NOT_STORED for one of the configuration. */
function storedId(id: number | string, configured: readonly ConfiguredKey[]): number | undefined {
  if (typeof id === 'number') return id
  const index = Number(/^conf:(\d+)$/.exec(id)?.[1]) - 1
  if (configured[index] === undefined) return undefined
  throw new AppError(
    'API_KEY_NOT_STORED',
    `Key ${id} is one of the configuration (api_keys): change it there`,
  )
}

const lastAdmin = () =>
  new AppError('API_KEY_LAST_ADMIN', 'The last admin key cannot be revoked: make another one first', {
    hint: 'Without an admin key nobody could make keys any more; sls keys reset-admin is the way back.',
  })
