import { type Kysely, sql } from 'kysely'
import type { Queries } from './queries.ts'
import type { Schema } from './schema.ts'

export interface TransactionResult<T> {
  value: T
  /** False: nothing of it is kept. */
  isKept: boolean
}

/**
 * Runs queries all or nothing; while `body` waits, no other query of this process comes in between, and other processes
 * can read but not write. Throws AppError, and what `body` throws after everything was undone.
 */
export function transact<T>(
  queries: Queries,
  body: (db: Kysely<Schema>) => Promise<TransactionResult<T>>,
): Promise<T> {
  return queries.run(db =>
    db.connection().execute(async connection => {
      // At once for writing: SQLite doesn't let a transaction write that has read what others changed since.
      await sql`BEGIN IMMEDIATE`.execute(connection)
      try {
        const { value, isKept } = await body(connection)
        await (isKept ? sql`COMMIT` : sql`ROLLBACK`).execute(connection)
        return value
      } catch (error) {
        await sql`ROLLBACK`.execute(connection).catch(() => {
          // A failure such as a full disk has rolled back already; the first error is the one to show.
        })
        throw error
      }
    }),
  )
}
