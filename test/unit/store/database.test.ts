import {
  chmodSync,
  existsSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(path: string, readonly = false): Promise<Database> {
  const database = await openDatabase({ path, readonly })
  onTestFinished(() => database.close())
  return database
}

/** A closed database with so many stream IDs. */
async function fill(path: string, count: number): Promise<void> {
  const database = await openDatabase({ path })
  for (let n = 0; n < count; n += 1) {
    await database.streamIds.add({
      publisher: `live_${n}`,
      player: `play_${n}`,
      description: 'd'.repeat(200),
    })
  }
  await database.close()
}

const pragma = async (database: Database, name: string) =>
  database.run(
    async db => Object.values((await sql.raw<object>(`PRAGMA ${name}`).execute(db)).rows[0] ?? {})[0],
  )

describe('opening', () => {
  it('makes the file and its folders, closed to strangers', async () => {
    const path = join(tempFolder(), 'a', 'b', 'streams.db')
    const database = await open(path)
    expect(database.path).toBe(path)
    expect(database.applied).toEqual([
      '0001-openirl-baseline',
      '0002-control-plane',
      '0003-events-and-history',
    ])
    expect(statSync(path).mode & 0o007).toBe(0)
    expect(statSync(join(path, '..')).mode & 0o007).toBe(0)
  })

  it('sets the pragmas', async () => {
    const database = await open(join(tempFolder(), 'streams.db'))
    const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout', 'temp_store']
    const values = await Promise.all(names.map(name => pragma(database, name)))
    expect(values).toEqual(['wal', 1, 1, 5000, 2])
    expect(await pragma(database, 'journal_size_limit')).toBe(16 * 1024 * 1024)
  })

  it('works in memory, each time a new one', async () => {
    const one = await open(':memory:')
    const two = await open(':memory:')
    await one.streamIds.add({ publisher: 'a', player: 'b' })
    expect(await two.streamIds.all()).toEqual([])
    expect(existsSync(':memory:')).toBe(false)
  })

  it('takes a relative path for a file even if it looks like a URI', async () => {
    const folder = tempFolder()
    const cwd = process.cwd()
    process.chdir(folder)
    onTestFinished(() => process.chdir(cwd))
    const database = await open('file:x.db?mode=memory')
    expect(database.path).toBe(join(folder, 'file:x.db?mode=memory'))
    await database.streamIds.add({ publisher: 'a', player: 'b' })
    expect(statSync(database.path).size).toBeGreaterThan(0)
  })

  it('migrates once', async () => {
    const path = join(tempFolder(), 'streams.db')
    await (await openDatabase({ path })).close()
    const database = await open(path)
    expect(database.applied).toEqual([])
    expect(await database.migrations()).toEqual([
      { name: '0001-openirl-baseline', isApplied: true },
      { name: '0002-control-plane', isApplied: true },
      { name: '0003-events-and-history', isApplied: true },
    ])
  })

  it('opens to read without changing anything', async () => {
    const path = join(tempFolder(), 'streams.db')
    await fill(path, 3)
    const before = readFileSync(path)
    const database = await openDatabase({ path, readonly: true })
    expect(await database.streamIds.all()).toHaveLength(3)
    await expect(database.streamIds.add({ publisher: 'x', player: 'y' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The database is not writable',
    })
    await database.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('does not make a file that is only to be read', async () => {
    const path = join(tempFolder(), 'none.db')
    await expect(openDatabase({ path, readonly: true })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('refusing to open', () => {
  const refusal = async (path: string) => {
    const error = await openDatabase({ path }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'AppError', hint: expect.stringMatching(/^[A-Z].*\.$/) })
    return error
  }

  it('says that a folder is a folder', async () => {
    const path = tempFolder()
    const message = `The database ${path} is a folder`
    expect(await refusal(path)).toMatchObject({ code: 'STORE_UNAVAILABLE', message })
  })

  it('says that the path goes through a file', async () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, 'x')
    const path = join(file, 'below', 'streams.db')
    expect(await refusal(path)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `The database ${path} lies below something that is not a folder`,
    })
  })

  it('says that a link leads nowhere', async () => {
    const path = join(tempFolder(), 'link.db')
    symlinkSync('/nonexistent/streams.db', path)
    expect(await refusal(path)).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(existsSync(path)).toBe(false)
  })

  it.skipIf(process.getuid?.() === 0)('says that it has no permission', async () => {
    const folder = tempFolder()
    chmodSync(folder, 0o500)
    expect(await refusal(join(folder, 'streams.db'))).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it.each([
    ['', 'has no usable name'],
    [' ', 'has no usable name'],
    ['streams.db ', 'has no usable name'],
    ['folder/', 'has no usable name'],
    ['a\0b', 'has a zero byte in its name'],
  ])('refuses %j, which the driver takes for another file', async (path, what) => {
    expect(await refusal(path)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `The database ${JSON.stringify(path)} ${what}`,
    })
  })

  it.each([
    ['text', 'listen 4000;\n'.repeat(100)],
    ['a few bytes', 'xy'],
    ['random bytes', Buffer.from(Array.from({ length: 8192 }, (_, n) => (n * 7919) % 251))],
  ])('leaves a file with %s as it is', async (_, content) => {
    const path = join(tempFolder(), 'streams.db')
    writeFileSync(path, content)
    expect(await refusal(path)).toMatchObject({
      code: 'STORE_CORRUPT',
      message: `The database ${path} is not an SQLite database`,
    })
    expect(readFileSync(path).equals(Buffer.from(content))).toBe(true)
  })

  it('finds a truncated file', async () => {
    const path = join(tempFolder(), 'streams.db')
    await fill(path, 300)
    truncateSync(path, statSync(path).size - 4096 * 3)
    expect(await refusal(path)).toMatchObject({ code: 'STORE_CORRUPT' })
  })

  it.each([0x00, 0x5a, 0xff])('finds every page that was overwritten with %i', async byte => {
    const path = join(tempFolder(), 'streams.db')
    await fill(path, 300)
    const good = readFileSync(path)
    const pages = good.length / 4096
    expect(pages).toBeGreaterThan(10)
    for (let page = 0; page < pages; page += 1) {
      const bad = Buffer.from(good)
      bad.fill(byte, page * 4096, (page + 1) * 4096)
      writeFileSync(path, bad)
      const error = await openDatabase({ path }).then(
        async database => {
          // A page full of zeros is an empty table, e.g. one that was empty before.
          const rows = await database.streamIds.all()
          await database.close()
          return rows.length === 300 ? undefined : new Error(`page ${page}: ${rows.length} rows`)
        },
        (thrown: unknown) => thrown,
      )
      if (error !== undefined) expect(error).toMatchObject({ code: 'STORE_CORRUPT' })
    }
  })

  it('refuses a database of a newer version and leaves it as it is', async () => {
    const path = join(tempFolder(), 'streams.db')
    await fill(path, 1)
    const handle = new BetterSqlite3(path)
    handle.exec(`INSERT INTO kysely_migration VALUES ('9999-future', '2030-01-01T00:00:00.000Z')`)
    handle.close()
    const before = readFileSync(path)
    expect(await refusal(path)).toMatchObject({
      code: 'STORE_NEWER',
      message: `The database ${path} was migrated by a newer version (9999-future)`,
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it.each([
    [
      'lacks a column',
      'CREATE TABLE api_keys (id INTEGER PRIMARY KEY, secret TEXT, key_hash TEXT)',
      'belongs to another program: its table api_keys has no column name',
    ],
    [
      'has a column of ours',
      'CREATE TABLE stream_ids (id INTEGER PRIMARY KEY, publisher TEXT, player TEXT, passphrase BLOB)',
      'belongs to another program',
    ],
    [
      'is of a name that came later',
      'CREATE TABLE settings (key TEXT, value TEXT)',
      'belongs to another program: its table settings has no column name',
    ],
  ])("refuses another program's table that %s, and adds nothing to it", async (_, definition, what) => {
    const path = join(tempFolder(), 'other.db')
    const handle = new BetterSqlite3(path)
    onTestFinished(() => void handle.close())
    handle.exec(definition)
    expect(await refusal(path)).toMatchObject({
      code: 'STORE_CORRUPT',
      message: `The database ${path} ${what}`,
    })
    const definitions = handle.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all()
    expect(definitions).toEqual([definition])
  })
})

describe('closing', () => {
  it('moves the write-ahead log into the file, twice if asked', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await openDatabase({ path })
    await database.streamIds.add({ publisher: 'a', player: 'b' })
    expect(existsSync(`${path}-wal`)).toBe(true)
    await Promise.all([database.close(), database.close()])
    await database.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    const handle = new BetterSqlite3(path, { readonly: true })
    onTestFinished(() => void handle.close())
    expect(handle.prepare('SELECT count(*) FROM stream_ids').pluck().get()).toBe(1)
  })

  it('refuses what comes later', async () => {
    const database = await openDatabase({ path: ':memory:' })
    await database.close()
    await expect(database.streamIds.all()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(() => database.dataVersion()).toThrow('The database is closed')
  })

  it('waits for a transaction under way, and tells who comes too late', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await openDatabase({ path })
    const rows = Array.from({ length: 2000 }, (_, n) => ({ publisher: `live_${n}`, player: `play_${n}` }))
    const importing = database.streamIds.importAll(rows, 'fail', false)
    const closing = database.close()
    const late = database.streamIds.add({ publisher: 'a', player: 'late' })
    await expect(late).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The database is closed',
    })
    expect(await importing).toMatchObject({ created: 2000 })
    await closing
    expect(await (await open(path)).streamIds.all()).toHaveLength(2000)
  })

  it('lets others write first', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await openDatabase({ path })
    database.beforeClose(() => database.streamIds.add({ publisher: 'a', player: 'last' }))
    await database.close()
    expect((await (await open(path)).streamIds.all()).map(row => row.player)).toEqual(['last'])
  })
})

describe('while it runs', () => {
  it('notices what another connection writes, and not its own writes', async () => {
    const path = join(tempFolder(), 'streams.db')
    const one = await open(path)
    const two = await open(path)
    const before = one.dataVersion()
    await one.streamIds.add({ publisher: 'a', player: 'a' })
    expect(one.dataVersion()).toBe(before)
    await two.streamIds.add({ publisher: 'b', player: 'b' })
    expect(one.dataVersion()).not.toBe(before)
  })

  it('survives a full disk: clear errors, nothing lost, and it goes on when there is room', async () => {
    const database = await open(join(tempFolder(), 'streams.db'))
    await database.streamIds.add({ publisher: 'a', player: 'first' })
    const pages = await pragma(database, 'page_count')
    await pragma(database, `max_page_count = ${String(pages)}`)
    let storedCount = 1
    const error = await (async () => {
      for (;;) {
        await database.streamIds.add({
          publisher: 'p',
          player: `n${storedCount}`,
          description: 'x'.repeat(500),
        })
        storedCount += 1
      }
    })().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: 'The database is full' })
    expect(await database.streamIds.all()).toHaveLength(storedCount)
    await pragma(database, 'max_page_count = 100000')
    await database.streamIds.add({ publisher: 'p', player: 'last' })
    expect((await database.streamIds.all()).at(-1)?.player).toBe('last')
    expect(await pragma(database, 'integrity_check')).toBe('ok')
  })

  it('says that another process keeps it locked, soon when nobody waits', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await open(path)
    const other = new BetterSqlite3(path)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    const write = database.runBriefly(db => sql`DELETE FROM access_logs`.execute(db))
    await expect(write).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The database is in use by another process',
    })
    expect(await pragma(database, 'busy_timeout')).toBe(5000)
    other.exec('COMMIT')
    await database.streamIds.add({ publisher: 'a', player: 'b' })
    expect(await database.streamIds.all()).toHaveLength(1)
  })
})
