import { sql } from 'kysely'
import type { Queries } from './queries.ts'
import { timestampOf } from './timestamp.ts'

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
}

export interface NewApiKey {
  hash: string
  name: string
  permissions: string
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
  /** False: there is no such key, or it was revoked before. */
  revoke(id: number): Promise<boolean>
  /** Sets last_used of many keys at once. */
  touch(uses: readonly KeyUse[]): Promise<void>
}

export function apiKeys(queries: Queries): ApiKeys {
  return {
    all: () =>
      queries.run(async db => {
        const rows = await db.selectFrom('api_keys').selectAll().orderBy('id').execute()
        return rows.map(row => ({
          id: row.id,
          hash: row.key_hash,
          name: row.name,
          permissions: row.permissions,
          active: row.active === 1,
          createdAt: row.created_at,
          lastUsed: row.last_used,
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

    insert: ({ hash, name, permissions }) =>
      queries.run(async db => {
        const row = await db
          .insertInto('api_keys')
          .values({ key_hash: hash, name, permissions })
          .returning('id')
          .executeTakeFirstOrThrow()
        return row.id
      }),

    insertFirst: ({ hash, name, permissions }) =>
      queries.run(async db => {
        // One statement, so that of two processes that start at once only one finds the table empty.
        const { rows } = await sql<{ id: number }>`
          INSERT INTO api_keys (key_hash, name, permissions)
          SELECT ${hash}, ${name}, ${permissions} WHERE NOT EXISTS (SELECT 1 FROM api_keys)
          RETURNING id`.execute(db)
        return rows[0]?.id
      }),

    revoke: id =>
      queries.run(async db => {
        const { numUpdatedRows } = await db
          .updateTable('api_keys')
          .set({ active: 0 })
          .where('id', '=', id)
          .where('active', '=', 1)
          .executeTakeFirstOrThrow()
        return numUpdatedRows > 0n
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
