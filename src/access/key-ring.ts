import { type Clock, systemClock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { hashKey, makeKey, type Permission, permissionOf } from './api-keys.ts'
import { KeyUsage, type UsageStore } from './key-usage.ts'
import { SerialQueue } from './serial-queue.ts'

/** Longer than any key; keeps the work of a check bounded. */
const KEY_MAX_LENGTH = 512

interface StoredKey {
  id: number
  hash: string
  name: string
  permissions: string
  active: boolean
  createdAt: string | null
  lastUsed: string | null
}

interface NewKey {
  hash: string
  name: string
  permissions: Permission
}

export interface KeyStore {
  all(): Promise<StoredKey[]>
  insert(key: NewKey): Promise<number>
  /** Undefined: the table wasn't empty. */
  insertFirst(key: NewKey): Promise<number | undefined>
  revoke(id: number): Promise<boolean>
}

export interface ApiKeyIdentity {
  id: number
  name: string
  permissions: Permission
}

/** A key for people to read; the hash stays inside. */
export interface ListedKey extends ApiKeyIdentity {
  active: boolean
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  lastUsed: string | null
}

export interface KeyRingOptions {
  store: KeyStore & UsageStore
  clock?: Clock
  log?: Logger
}

/** The API keys in memory. What changes them throws STORE_UNAVAILABLE when the store can't. */
export class KeyRing {
  readonly #store: KeyStore
  readonly #clock: Clock
  readonly #usage: KeyUsage
  readonly #changes = new SerialQueue()
  #byHash = new Map<string, ApiKeyIdentity>()

  constructor({ store, clock = systemClock, log }: KeyRingOptions) {
    this.#store = store
    this.#clock = clock
    this.#usage = new KeyUsage(store, log)
  }

  /** Reads the keys anew; on failure those known so far stay. */
  reload(): Promise<void> {
    return this.#changes.run(async () => {
      const rows = await this.#store.all()
      this.#byHash = new Map(rows.filter(row => row.active).map(row => [row.hash, identityOf(row)]))
    })
  }

  /** Whose key this is; undefined: nobody's. The same work for every key, without the store. */
  verify(rawKey: string): ApiKeyIdentity | undefined {
    if (rawKey.length > KEY_MAX_LENGTH) return undefined
    // The look-up is by hash, so that its timing tells nothing about a key.
    const identity = this.#byHash.get(hashKey(rawKey))
    if (identity) this.#usage.note(identity.id, this.#clock.nowMs())
    return identity
  }

  /** Makes a key that works at once. This is the only time that it can be seen. */
  create(name: string, permissions: Permission): Promise<{ key: string; id: number }> {
    return this.#changes.run(async () => {
      const key = makeKey()
      const hash = hashKey(key)
      const id = await this.#store.insert({ hash, name, permissions })
      this.#byHash.set(hash, { id, name, permissions })
      return { key, id }
    })
  }

  /** Makes the first admin key of an empty table; undefined: there are keys already, revoked ones included. */
  ensureFirstKey(): Promise<string | undefined> {
    return this.#changes.run(async () => {
      const key = makeKey()
      const first: NewKey = { hash: hashKey(key), name: 'Default Admin Key', permissions: 'admin' }
      const id = await this.#store.insertFirst(first)
      if (id === undefined) return undefined
      this.#byHash.set(first.hash, { id, name: first.name, permissions: first.permissions })
      return key
    })
  }

  /** A new admin key for one that was lost. The others stay: scripts use them, and revoke() is there. */
  resetAdmin(): Promise<{ key: string; id: number }> {
    return this.create('Reset Admin Key', 'admin')
  }

  /** False: there is no active key with this id. */
  revoke(id: number): Promise<boolean> {
    return this.#changes.run(async () => {
      const isRevoked = await this.#store.revoke(id)
      const hash = [...this.#byHash].find(([, identity]) => identity.id === id)?.[0]
      if (hash !== undefined) this.#byHash.delete(hash)
      return isRevoked
    })
  }

  /** All keys, revoked ones too. */
  async list(): Promise<ListedKey[]> {
    const rows = await this.#store.all()
    return rows.map(row => ({
      ...identityOf(row),
      active: row.active,
      createdAt: row.createdAt,
      lastUsed: row.lastUsed,
    }))
  }

  /** Writes the last uses. Before the store is closed. */
  async stop(): Promise<void> {
    await this.#usage.write()
  }
}

function identityOf({ id, name, permissions }: StoredKey): ApiKeyIdentity {
  return { id, name, permissions: permissionOf(permissions) }
}
