import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import * as openirlBaseline from '../../migrations/0001-openirl-baseline.ts'
import * as controlPlane from '../../migrations/0002-control-plane.ts'
import * as eventsAndHistory from '../../migrations/0003-events-and-history.ts'
import { AppError } from '../lib/errors.ts'
import type { Schema } from './schema.ts'

/** In the order in which they run; a name that was released never changes. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-openirl-baseline': openirlBaseline,
  '0002-control-plane': controlPlane,
  '0003-events-and-history': eventsAndHistory,
}

export interface MigrationState {
  name: string
  isApplied: boolean
}

async function appliedNames(db: Kysely<Schema>): Promise<Set<string>> {
  const table =
    await sql`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'kysely_migration'`.execute(db)
  if (table.rows.length === 0) return new Set()
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration`.execute(db)
  return new Set(rows.map(row => row.name))
}

/** Every migration of this program and whether the database has it. Throws STORE_NEWER if it has one more. */
export async function migrationStates(db: Kysely<Schema>, path: string): Promise<MigrationState[]> {
  const applied = await appliedNames(db)
  const unknown = [...applied].find(name => !Object.hasOwn(MIGRATIONS, name))
  if (unknown !== undefined) {
    throw new AppError('STORE_NEWER', `The database ${path} was migrated by a newer version (${unknown})`, {
      hint: 'Run the newer version, or put back the backup made before the upgrade.',
    })
  }
  return Object.keys(MIGRATIONS).map(name => ({ name, isApplied: applied.has(name) }))
}

/**
 * Brings the database up to date, all or nothing, while other processes wait; what `check` throws undoes it.
 * Throws what SQLite throws.
 */
export async function migrate(db: Kysely<Schema>, check: () => void): Promise<void> {
  // The migrator neither locks nor opens a transaction on SQLite; its one connection makes this one hold.
  await sql`BEGIN IMMEDIATE`.execute(db)
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    check()
    await sql`COMMIT`.execute(db)
  } catch (error) {
    await sql`ROLLBACK`.execute(db).catch(() => {
      // A failure such as a full disk has rolled back already; the first error is the one to show.
    })
    throw error
  }
}
