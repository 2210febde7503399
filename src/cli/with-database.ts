import { loadConfig } from '../config/load.ts'
import { type Database, openDatabase } from '../store/database.ts'

/** Opens the database that the configuration names, runs the body, closes it whatever happens. */
export async function withDatabase<T>(
  conf: string | undefined,
  body: (database: Database) => Promise<T>,
): Promise<T> {
  const { srt } = await loadConfig({ env: process.env, ...(conf === undefined ? {} : { file: conf }) })
  const database = await openDatabase({ path: srt.databasePath })
  try {
    return await body(database)
  } finally {
    await database.close()
  }
}
