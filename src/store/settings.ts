import { sql } from 'kysely'
import type { Queries } from './queries.ts'
import { transact } from './transaction.ts'

/** The table settings: what is to outlive the process. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Settings {
  /** By name. */
  all(): Promise<ReadonlyMap<string, string>>
  /** Resolves to the value that holds then: this one, or that of whoever was faster, in whatever process. */
  setIfAbsent(name: string, value: string): Promise<string>
  /** What has a name with this prefix is gone, and these, by their whole names, are there; in one step. */
  replaceAll(prefix: string, values: ReadonlyMap<string, string>): Promise<void>
}

export function settings(queries: Queries): Settings {
  return {
    all: () =>
      queries.run(async db => {
        const rows = await db.selectFrom('settings').select(['name', 'value']).orderBy('name').execute()
        return new Map(rows.map(({ name, value }) => [name, value]))
      }),

    setIfAbsent: (name, value) =>
      queries.run(async db => {
        // An update that changes nothing, since DO NOTHING would return no row.
        const { rows } = await sql<{ value: string }>`
          INSERT INTO settings (name, value) VALUES (${name}, ${value})
          ON CONFLICT DO UPDATE SET value = value RETURNING value`.execute(db)
        return rows[0]?.value ?? value
      }),

    replaceAll: (prefix, values) =>
      transact(queries, async db => {
        await sql`DELETE FROM settings WHERE substr(name, 1, length(${prefix})) = ${prefix}`.execute(db)
        const rows = [...values].map(([name, value]) => ({ name, value }))
        if (rows.length > 0) await db.insertInto('settings').values(rows).execute()
        return { value: undefined, isKept: true }
      }),
  }
}
