import { statSync } from 'node:fs'
import type BetterSqlite3 from 'better-sqlite3'
import { AppError } from '../lib/errors.ts'
import { COLUMNS } from './schema.ts'

/** About 0.1 s; access_logs of an old server grow without end, and a start must not wait for them. */
const WHOLE_FILE_LIMIT_BYTES = 64 * 1024 * 1024

const corrupt = (path: string, what: string) =>
  new AppError('STORE_CORRUPT', `The database ${path} ${what}`, {
    hint: 'Put a backup in its place, or move the file away to start with an empty database.',
  })

/**
 * Reads every page of a file up to 64 MiB, of a larger one those that admit people (stream IDs, API keys).
 * Throws STORE_CORRUPT, and what SQLite throws at a file that isn't a database.
 * Source: https://www.sqlite.org/pragma.html#pragma_quick_check
 */
export function verify(handle: BetterSqlite3.Database, path: string): void {
  const tables = handle.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  const isWhole = handle.memory || statSync(path).size <= WHOLE_FILE_LIMIT_BYTES
  const vital = ['stream_ids', 'api_keys'].filter(name => tables.includes(name))
  const checks = isWhole ? ['quick_check(1)'] : vital.map(name => `quick_check('${name}')`)
  for (const check of checks) {
    const verdict = String(handle.pragma(check, { simple: true }))
    if (verdict !== 'ok') throw corrupt(path, `is damaged: ${verdict.replaceAll('\n', ' ')}`)
  }
}

/** Throws STORE_CORRUPT if a table of the same name belongs to another program. */
export function verifyColumns(handle: BetterSqlite3.Database, path: string): void {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const found = new Set(handle.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table))
    const missing = columns.find(column => !found.has(column))
    if (missing !== undefined) {
      throw corrupt(path, `belongs to another program: its table ${table} has no column ${missing}`)
    }
  }
}
