import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type BetterSqlite3 from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { AppError } from '../lib/errors.ts'
import { type ApiKeys, apiKeys } from './api-keys.ts'
import { prepareFile } from './database-file.ts'
import { Sqlite } from './driver.ts'
import { verify, verifyColumns } from './integrity.ts'
import { type MigrationState, migrate, migrationStates } from './migrations.ts'
import type { Queries } from './queries.ts'
import type { Schema } from './schema.ts'
import { toStoreError } from './store-error.ts'
import { type StreamIds, streamIds } from './stream-ids.ts'

const BUSY_TIMEOUT_MS = 5000
const BUSY_RETRY_MS = 20
const BRIEF_BUSY_TIMEOUT_MS = 250
const JOURNAL_SIZE_LIMIT_BYTES = 16 * 1024 * 1024

export interface OpenOptions {
  /** The file, made with its folders if it isn't there; ':memory:' for tests. */
  path: string
  /** Nothing is made, migrated or changed. */
  readonly?: boolean
}

/**
 * Opens exactly this file, verifies it and brings it up to date.
 * Throws STORE_UNAVAILABLE, STORE_CORRUPT, STORE_NEWER, or ADDON_MISSING without a driver for this Node.js.
 */
export async function openDatabase({ path, readonly = false }: OpenOptions): Promise<Database> {
  const deadlineMs = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      return await openOnce(path, readonly)
    } catch (error) {
      // SQLite doesn't wait where a wait might be a deadlock, e.g. when two processes make one file at once.
      const isBusy = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!isBusy || performance.now() >= deadlineMs) {
        throw toStoreError(error, path === ':memory:' ? path : resolve(path))
      }
      await sleep(BUSY_RETRY_MS)
    }
  }
}

async function openOnce(path: string, readonly: boolean): Promise<Database> {
  const file = path === ':memory:' ? path : prepareFile(path, readonly)
  const options = { readonly, timeout: BUSY_TIMEOUT_MS, fileMustExist: file !== ':memory:' }
  const handle = new Sqlite(file, options)
  try {
    const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: handle }) })
    // Before anything is written: a file that isn't ours stays as it was.
    verify(handle, file)
    const pending = (await migrationStates(db, file)).filter(state => !state.isApplied)
    if (readonly) return new Database({ handle, db, path: file, applied: [] })
    setPragmas(handle)
    const check = () => verifyColumns(handle, file)
    await (pending.length > 0 ? migrate(db, check) : check())
    return new Database({ handle, db, path: file, applied: pending.map(state => state.name) })
  } catch (error) {
    handle.close()
    throw error
  }
}

function setPragmas(handle: BetterSqlite3.Database): void {
  handle.pragma('journal_mode = WAL')
  handle.pragma('synchronous = NORMAL')
  handle.pragma('foreign_keys = ON')
  handle.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT_BYTES}`)
  handle.pragma('temp_store = MEMORY')
}

interface OpenParts {
  handle: BetterSqlite3.Database
  db: Kysely<Schema>
  path: string
  applied: readonly string[]
}

/** An open database file. */
export class Database implements Queries {
  readonly path: string
  /** The migrations that this opening has run. */
  readonly applied: readonly string[]
  readonly streamIds: StreamIds
  readonly apiKeys: ApiKeys
  readonly #handle: BetterSqlite3.Database
  readonly #db: Kysely<Schema>
  readonly #beforeClose: (() => Promise<void>)[] = []
  #closing: Promise<void> | undefined

  constructor({ handle, db, path, applied }: OpenParts) {
    this.#handle = handle
    this.#db = db
    this.path = path
    this.applied = applied
    this.streamIds = streamIds(this)
    this.apiKeys = apiKeys(this)
  }

  async run<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    if (!this.#handle.open) throw new AppError('STORE_UNAVAILABLE', 'The database is closed')
    try {
      return await query(this.#db)
    } catch (error) {
      throw toStoreError(error)
    }
  }

  async runBriefly<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    // The driver waits for a lock on this very thread, so that a long wait would stop everything else.
    return this.run(db =>
      db.connection().execute(async connection => {
        this.#handle.pragma(`busy_timeout = ${BRIEF_BUSY_TIMEOUT_MS}`)
        try {
          return await query(connection)
        } finally {
          this.#handle.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
        }
      }),
    )
  }

  /** Another number than last time: another process (or connection) has written. Throws AppError. */
  dataVersion(): number {
    if (!this.#handle.open) throw new AppError('STORE_UNAVAILABLE', 'The database is closed')
    try {
      return Number(this.#handle.pragma('data_version', { simple: true }))
    } catch (error) {
      throw toStoreError(error)
    }
  }

  /** Throws AppError. */
  async migrations(): Promise<MigrationState[]> {
    return this.run(db => migrationStates(db, this.path))
  }

  /** For parts that hold unwritten rows: `task` runs at the beginning of close() and must not throw. */
  beforeClose(task: () => Promise<void>): void {
    this.#beforeClose.push(task)
  }

  /** Writes what is buffered, moves the write-ahead log into the file and closes it. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const task of this.#beforeClose) await task()
    // Behind a transaction that is under way; who waits behind this finds the file closed.
    await this.#db.connection().execute(async () => this.#closeFile())
    await this.#db.destroy()
  }

  #closeFile(): void {
    try {
      this.#handle.pragma(`busy_timeout = ${BRIEF_BUSY_TIMEOUT_MS}`)
      if (!this.#handle.readonly) this.#handle.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // Nothing is lost: whoever opens the file next reads the log first.
    }
    this.#handle.close()
  }
}
