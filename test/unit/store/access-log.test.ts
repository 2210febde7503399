import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { AccessLog, type AccessLogOptions, type AccessRecord } from '../../../src/store/access-log.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const NOW_MS = Date.parse('2026-06-15T12:00:00Z')
const DAY_MS = 86_400_000

async function setUp(options: Partial<AccessLogOptions> = {}) {
  const path = join(tempFolder(), 'streams.db')
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  const output = memoryLog()
  const dropped: number[] = []
  const accessLog = new AccessLog({
    database,
    log: output.log,
    clock: { ...systemClock, nowMs: () => NOW_MS },
    onDropped: count => dropped.push(count),
    // Not by itself, unless a test wants it.
    flushIntervalMs: 1_000_000,
    ...options,
  })
  return { path, database, accessLog, dropped, output }
}

const record = (fields: Partial<AccessRecord> = {}): AccessRecord => ({
  apiKeyId: null,
  apiKeyName: null,
  endpoint: '/api/stream-ids',
  method: 'GET',
  ipAddress: '192.0.2.1',
  responseCode: 200,
  atMs: NOW_MS,
  requestId: 'r-1',
  wouldDeny: null,
  ...fields,
})

const rowsOf = (database: Database) =>
  database.run(db => db.selectFrom('access_logs').selectAll().orderBy('id').execute())

const countOf = async (database: Database) => (await rowsOf(database)).length

const setMaxPages = async (database: Database, pages: string) => {
  await database.run(db => sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db))
}

describe('the access log', () => {
  it('can be read while there is always something to write', async () => {
    const { database, accessLog } = await setUp()
    const runBriefly = database.runBriefly.bind(database)
    let writeCount = 0
    // Each write takes as long as the next request.
    database.runBriefly = async query => {
      writeCount += 1
      if (writeCount < 1000) accessLog.record(record({ requestId: `later-${writeCount}` }))
      return runBriefly(query)
    }
    accessLog.record(record({ requestId: 'first' }))
    const found = await accessLog.find({ limit: 10 })
    expect(found.map(({ requestId }) => requestId)).toEqual(['first'])
    const others = Promise.all([accessLog.flush(), accessLog.find({ limit: 10 })])
    accessLog.record(record({ requestId: 'during' }))
    expect((await accessLog.find({ limit: 10 })).map(({ requestId }) => requestId)).toContain('during')
    await others
    expect(writeCount).toBeLessThan(20)
  })

  it('writes what it is given, in order', async () => {
    const { database, accessLog } = await setUp()
    const id = await database.apiKeys.insert({ hash: 'h', name: 'n', permissions: 'read' })
    accessLog.record(
      record({
        apiKeyId: id,
        apiKeyName: 'n',
        endpoint: '/api/stream-ids/a b',
        responseCode: 404,
        method: 'DELETE',
        requestId: 'r-2',
        wouldDeny: 'PERMISSION_DENIED',
      }),
    )
    accessLog.record(record({ apiKeyName: 'of the conf', responseCode: 401, ipAddress: '2001:db8::1' }))
    expect(await countOf(database)).toBe(0)
    await accessLog.flush()
    expect(await rowsOf(database)).toEqual([
      {
        id: 1,
        api_key_id: id,
        endpoint: '/api/stream-ids/a b',
        method: 'DELETE',
        ip_address: '192.0.2.1',
        timestamp: '2026-06-15 12:00:00',
        response_code: 404,
        api_key_name: 'n',
        request_id: 'r-2',
        would_deny: 'PERMISSION_DENIED',
      },
      {
        id: 2,
        api_key_id: null,
        endpoint: '/api/stream-ids',
        method: 'GET',
        ip_address: '2001:db8::1',
        timestamp: '2026-06-15 12:00:00',
        response_code: 401,
        api_key_name: 'of the conf',
        request_id: 'r-1',
        would_deny: null,
      },
    ])
  })

  it('writes by itself', async () => {
    const { database, accessLog } = await setUp({ flushIntervalMs: 5 })
    accessLog.record(record())
    await until(async () => (await countOf(database)) === 1, { deadlineMs: 20_000, what: 'the row' })
    accessLog.record(record())
    await until(async () => (await countOf(database)) === 2, { deadlineMs: 20_000, what: 'the second row' })
  })

  it('writes what waits when the database is closed', async () => {
    const { path, database, accessLog, dropped } = await setUp()
    for (let n = 0; n < 1234; n += 1) accessLog.record(record({ responseCode: n }))
    await database.close()
    const handle = new BetterSqlite3(path, { readonly: true })
    onTestFinished(() => void handle.close())
    const codes = handle.prepare('SELECT response_code FROM access_logs ORDER BY id').pluck().all()
    expect(codes).toEqual(Array.from({ length: 1234 }, (_, n) => n))
    expect(dropped).toEqual([])
    accessLog.record(record())
    expect(dropped).toEqual([1])
  })

  it('stores a key that has gone as unknown instead of failing', async () => {
    const { database, accessLog, dropped } = await setUp()
    for (const apiKeyId of [77, -1]) accessLog.record(record({ apiKeyId }))
    await accessLog.flush()
    expect((await rowsOf(database)).map(row => row.api_key_id)).toEqual([null, null])
    expect(dropped).toEqual([])
  })

  it('bounds what it keeps, and counts and reports the rest', async () => {
    const { database, accessLog, dropped } = await setUp({ capacity: 10 })
    for (let n = 0; n < 25; n += 1) accessLog.record(record({ responseCode: n, endpoint: 'x'.repeat(5000) }))
    expect(dropped).toEqual([])
    await accessLog.flush()
    expect(dropped).toEqual([15])
    const rows = await rowsOf(database)
    expect(rows.map(row => row.response_code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rows[0]?.endpoint).toHaveLength(1024)
  })

  it('keeps its records while the disk is full, tries again, and says so once', async () => {
    const { database, accessLog, dropped, output } = await setUp({ flushIntervalMs: 2 })
    await setMaxPages(database, '1')
    for (let n = 0; n < 2000; n += 1) accessLog.record(record({ responseCode: n }))
    await until(() => output.text().includes('The database is full'), {
      deadlineMs: 20_000,
      what: 'the error',
    })
    await accessLog.flush()
    await accessLog.flush()
    expect(output.lines.filter(line => line.includes('The database is full'))).toHaveLength(1)
    await setMaxPages(database, '100000')
    await until(async () => (await countOf(database)) === 2000, { deadlineMs: 20_000, what: 'all rows' })
    expect((await rowsOf(database)).map(row => row.response_code)).toEqual(
      Array.from({ length: 2000 }, (_, n) => n),
    )
    expect(dropped).toEqual([])
    expect(output.text()).toContain('the access log is written again')
  })

  it('counts what a full disk costs in the end', async () => {
    const { database, accessLog, dropped } = await setUp()
    await setMaxPages(database, '1')
    for (let n = 0; n < 3000; n += 1) accessLog.record(record())
    await database.close()
    const lost = dropped.reduce((sum, count) => sum + count, 0)
    expect(lost).toBeGreaterThan(2000)
    expect(lost).toBeLessThanOrEqual(3000)
  })

  it('does not try for ever what can never be written', async () => {
    const { database, dropped, output } = await setUp()
    let failures = 1
    const failing: AccessLogOptions['database'] = {
      beforeClose: () => {},
      run: query => database.run(query),
      runBriefly: query => {
        failures -= 1
        return failures < 0
          ? database.runBriefly(query)
          : Promise.reject(new AppError('INTERNAL', 'a broken row'))
      },
    }
    const accessLog = new AccessLog({
      database: failing,
      log: output.log,
      clock: systemClock,
      onDropped: n => dropped.push(n),
    })
    for (let n = 0; n < 600; n += 1) accessLog.record(record())
    await accessLog.flush()
    expect(dropped).toEqual([500])
    expect(await countOf(database)).toBe(100)
    expect(output.text()).toContain('a broken row')
  })

  it('takes records while it writes', async () => {
    const { database, accessLog } = await setUp()
    for (let n = 0; n < 600; n += 1) accessLog.record(record({ responseCode: n }))
    const flushing = accessLog.flush()
    for (let n = 600; n < 700; n += 1) accessLog.record(record({ responseCode: n }))
    await flushing
    await accessLog.flush()
    expect((await rowsOf(database)).map(row => row.response_code)).toEqual(
      Array.from({ length: 700 }, (_, n) => n),
    )
  })

  it('prunes what is older than asked, however much it is', async () => {
    const { database, accessLog } = await setUp()
    for (let n = 0; n < 1700; n += 1) accessLog.record(record({ atMs: NOW_MS - 31 * DAY_MS - n * 1000 }))
    for (const days of [30, 29.99, 1, 0]) accessLog.record(record({ atMs: NOW_MS - days * DAY_MS }))
    await accessLog.flush()
    expect(await accessLog.prune(0)).toBe(0)
    expect(await accessLog.prune(30)).toBe(1700)
    expect(await accessLog.prune(30)).toBe(0)
    expect(await countOf(database)).toBe(4)
  })
})
