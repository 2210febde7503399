import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** What the tables need of a database. */
export interface Queries {
  /** Runs queries, one caller after the other. Throws AppError. */
  run<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** As run() for work nobody waits for: while another process writes it gives up after 250 ms, not 5 s. */
  runBriefly<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T>
}
