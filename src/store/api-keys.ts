import { type Kysely, sql } from 'kysely'
import type { Queries } from './queries.ts'
import { COLUMNS, type Schema } from './schema.ts'
import { timestampOf } from './timestamp.ts'
import { transact } from './transaction.ts'

export interface ApiKeyRow {
  id: number
  /** SHA-256 of the key, lower-case hex. */
  hash: string
  name: string
  /** As stored: an old database may hold any text. */
  permissions: string
  /** False: revoked. */
  active: boolean
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  lastUsed: string | null
  /** The key's first characters; null: the key is older than this column. */
  prefix: string | null
  /** Unix milliseconds; null: never. */
  expiresAtMs: number | null
  /** JSON as stored; null: everything. */
  scope: string | null
  /** Requests a minute; null: as configured. */
  rateLimit: number | null
}

export interface NewApiKey {
  hash: string
  name: string
  permissions: string
  /** What is left out is null. */
  prefix?: string | null
  expiresAtMs?: number | null
  scope?: string | null
  rateLimit?: number | null
}

export interface RevokeOptions {
  /** Refuses to revoke the last active admin key that has no scope and hasn't expired. */
  keepLastAdmin: boolean
  nowMs: number
}

export interface KeyUse {
  id: number
  atMs: number
}

/** The table api_keys. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface ApiKeys {
  all(): Promise<ApiKeyRow[]>
  /** Revoked ones too. */
  count(): Promise<number>
  /** Resolves to the new key's id. */
  insert(key: NewApiKey): Promise<number>
  /** As insert(), but only into an empty table, whoever else tries at once; otherwise undefined. */
  insertFirst(key: NewApiKey): Promise<number | undefined>
  /** 'unknown': there is no such key, or it was revoked before. Exact, whatever other processes revoke at once. */
  revoke(id: number, options: RevokeOptions): Promise<'revoked' | 'unknown' | 'last-admin'>
  /**
   * Inserts the successor of an active key, which ends at `expiresAtMs` at the latest, and now if that has passed; in one
   * step. Resolves to the successor's id; undefined: no key that is active at `nowMs` (default: now) has this id.
   */
  replace(id: number, successor: NewApiKey, expiresAtMs: number, nowMs?: number): Promise<number | undefined>
  /** Sets last_used of many keys at once. */
  touch(uses: readonly KeyUse[]): Promise<void>
}

export function apiKeys(queries: Queries): ApiKeys {
  return {
    all: () =>
      queries.run(async db => {
        const rows = await db.selectFrom('api_keys').select(COLUMNS.api_keys).orderBy('id').execute()
        return rows.map(row => ({
          id: row.id,
          hash: row.key_hash,
          name: row.name,
          permissions: row.permissions,
          active: row.active === 1,
          createdAt: row.created_at,
          lastUsed: row.last_used,
          prefix: row.prefix,
          expiresAtMs: row.expires_at_ms,
          scope: row.scope,
          rateLimit: row.rate_limit,
        }))
      }),

    count: () =>
      queries.run(async db => {
        const row = await db
          .selectFrom('api_keys')
          .select(eb => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
        return row.count
      }),

    insert: key => queries.run(db => insert(db, key)),

    insertFirst: key =>
      queries.run(async db => {
        // One statement, so that of two processes that start at once only one finds the table empty.
        const { rows } = await sql<{ id: number }>`
          INSERT INTO api_keys (key_hash, name, permissions, prefix, expires_at_ms, scope, rate_limit)
          SELECT ${key.hash}, ${key.name}, ${key.permissions}, ${key.prefix ?? null},
            ${key.expiresAtMs ?? null}, ${key.scope ?? null}, ${key.rateLimit ?? null}
          WHERE NOT EXISTS (SELECT 1 FROM api_keys)
          RETURNING id`.execute(db)
        return rows[0]?.id
      }),

    revoke: (id, { keepLastAdmin, nowMs }) =>
      queries.run(async db => {
        // One statement, so that of two processes that revoke the last two admin keys only one succeeds.
        const { numAffectedRows } = await sql`
          UPDATE api_keys SET active = 0
          WHERE id = ${id} AND active = 1 AND (
            ${keepLastAdmin ? 0 : 1} OR NOT (${isFullAdmin('api_keys', nowMs)}) OR EXISTS (
              SELECT 1 FROM api_keys AS other
              WHERE other.id <> ${id} AND other.active = 1 AND ${isFullAdmin('other', nowMs)}))`.execute(db)
        if (numAffectedRows === 1n) return 'revoked'
        return (await isActive(db, id)) ? 'last-admin' : 'unknown'
      }),

    replace: (id, successor, expiresAtMs, nowMs = Date.now()) =>
      transact(queries, async db => {
        const { numAffectedRows } = await sql`
          UPDATE api_keys SET expires_at_ms = min(coalesce(expires_at_ms, ${expiresAtMs}), ${expiresAtMs}),
            active = ${expiresAtMs <= nowMs ? 0 : 1}
          WHERE id = ${id} AND active = 1 AND coalesce(expires_at_ms > ${nowMs}, 1)`.execute(db)
        const isKept = numAffectedRows === 1n
        return { value: isKept ? await insert(db, successor) : undefined, isKept }
      }),

    touch: async uses => {
      if (uses.length === 0) return
      const used = JSON.stringify(uses.map(({ id, atMs }) => ({ id, at: timestampOf(atMs) })))
      await queries.runBriefly(db =>
        sql`
          UPDATE api_keys SET last_used = used.value ->> 'at' FROM json_each(${used}) AS used
          WHERE api_keys.id = used.value ->> 'id'`.execute(db),
      )
    },
  }
}

async function insert(db: Kysely<Schema>, key: NewApiKey): Promise<number> {
  const { id } = await db
    .insertInto('api_keys')
    .values({
      key_hash: key.hash,
      name: key.name,
      permissions: key.permissions,
      prefix: key.prefix ?? null,
      expires_at_ms: key.expiresAtMs ?? null,
      scope: key.scope ?? null,
      rate_limit: key.rateLimit ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

async function isActive(db: Kysely<Schema>, id: number): Promise<boolean> {
  const row = await db
    .selectFrom('api_keys')
    .select('id')
    .where('id', '=', id)
    .where('active', '=', 1)
    .executeTakeFirst()
  return row !== undefined
}

/** SQL: may do everything, if it is active. */
function isFullAdmin(table: 'api_keys' | 'other', nowMs: number) {
  const column = (name: string) => sql.ref(`${table}.${name}`)
  return sql`${column('permissions')} = 'admin' AND ${column('scope')} IS NULL
    AND coalesce(${column('expires_at_ms')} > ${nowMs}, 1)`
}
