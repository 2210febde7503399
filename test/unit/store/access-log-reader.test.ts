import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { AccessLog, type AccessRecord } from '../../../src/store/access-log.ts'
import { type AccessLogFilter, selectAccesses } from '../../../src/store/access-log-reader.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const NOW_MS = Date.parse('2026-06-15T12:00:00Z')

async function setUp() {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  const onDropped = () => expect.fail('dropped')
  const options = {
    database,
    log: memoryLog().log,
    clock: systemClock,
    onDropped,
    flushIntervalMs: 1_000_000,
  }
  const accessLog = new AccessLog(options)
  let count = 0
  const record = (fields: Partial<AccessRecord> = {}) => {
    count += 1
    accessLog.record({
      apiKeyId: null,
      apiKeyName: null,
      endpoint: '/api/stream-ids',
      method: 'GET',
      ipAddress: '192.0.2.1',
      responseCode: 200,
      atMs: NOW_MS,
      requestId: `r-${count}`,
      wouldDeny: null,
      ...fields,
    })
  }
  const find = async (filter: Partial<AccessLogFilter> = {}) => {
    const entries = await accessLog.find({ limit: 100, ...filter })
    return entries.map(entry => entry.requestId)
  }
  return { database, accessLog, record, find }
}

describe('reading the access log', () => {
  it('shows what was recorded a moment ago, newest first', async () => {
    const { database, accessLog, record, find } = await setUp()
    const apiKeyId = await database.apiKeys.insert({ hash: 'h', name: 'n', permissions: 'read' })
    expect(await find()).toEqual([])
    record()
    const full = {
      apiKeyId,
      apiKeyName: 'n',
      endpoint: '/stats/a b',
      method: 'DELETE',
      ipAddress: '2001:db8::1',
      responseCode: 403,
      requestId: 'abc',
      wouldDeny: 'SCOPE_DENIED',
    }
    record(full)
    expect(await accessLog.find({ limit: 100 })).toEqual([
      { id: 2, at: '2026-06-15 12:00:00', ...full },
      expect.objectContaining({ id: 1, apiKeyId: null, apiKeyName: null, wouldDeny: null }),
    ])
  })

  it('comes in pages, with one row more than asked', async () => {
    const { record, find } = await setUp()
    for (let n = 0; n < 5; n += 1) record()
    expect(await find({ limit: 2 })).toEqual(['r-5', 'r-4', 'r-3'])
    record()
    expect(await find({ limit: 2, beforeId: 4 })).toEqual(['r-3', 'r-2', 'r-1'])
    expect(await find({ limit: 2, beforeId: 2 })).toEqual(['r-1'])
    expect(await find({ limit: 2, beforeId: 1 })).toEqual([])
    expect(await find({ beforeId: 1e15 })).toHaveLength(6)
  })

  it('filters by each field, and by several at once', async () => {
    const { database, record, find } = await setUp()
    const id = await database.apiKeys.insert({ hash: 'h', name: 'n', permissions: 'read' })
    record({ apiKeyId: id, apiKeyName: 'n', responseCode: 404 })
    record({ apiKeyName: 'of the conf', method: 'POST', wouldDeny: 'API_KEY_MISSING' })
    record({ ipAddress: '192.0.2.2', endpoint: '/api/stream_ids' })
    record({ ipAddress: '192.0.2.2', endpoint: '/API/x', method: 'POST' })
    expect(await find({ keyId: id })).toEqual(['r-1'])
    expect(await find({ keyId: id + 1 })).toEqual([])
    expect(await find({ keyName: 'of the conf' })).toEqual(['r-2'])
    expect(await find({ method: 'POST' })).toEqual(['r-4', 'r-2'])
    expect(await find({ responseCode: 404 })).toEqual(['r-1'])
    expect(await find({ address: '192.0.2.2' })).toEqual(['r-4', 'r-3'])
    expect(await find({ pathPrefix: '/api' })).toEqual(['r-3', 'r-2', 'r-1'])
    expect(await find({ pathPrefix: '/api/stream_' })).toEqual(['r-3'])
    expect(await find({ pathPrefix: '%' })).toEqual([])
    expect(await find({ wouldDeny: true })).toEqual(['r-2'])
    expect(await find({ wouldDeny: false })).toEqual(['r-4', 'r-3', 'r-1'])
    expect(await find({ address: '192.0.2.2', method: 'POST' })).toEqual(['r-4'])
    expect(await find({ address: '192.0.2.2', responseCode: 404 })).toEqual([])
  })

  it('filters by time, from inclusive, to exclusive, in whole seconds', async () => {
    const { record, find } = await setUp()
    for (const s of [0, 1, 2, 3]) record({ atMs: NOW_MS + s * 1000 + 700 })
    expect(await find({ fromMs: NOW_MS + 2000 })).toEqual(['r-4', 'r-3'])
    expect(await find({ fromMs: NOW_MS + 2500 })).toEqual(['r-4', 'r-3'])
    expect(await find({ toMs: NOW_MS + 2000 })).toEqual(['r-2', 'r-1'])
    expect(await find({ toMs: NOW_MS + 2001 })).toEqual(['r-3', 'r-2', 'r-1'])
    expect(await find({ fromMs: NOW_MS + 1000, toMs: NOW_MS + 3000 })).toEqual(['r-3', 'r-2'])
    expect(await find({ fromMs: NOW_MS, toMs: NOW_MS })).toEqual([])
    for (const extreme of [-1e18, 1e18]) {
      expect(await find({ fromMs: extreme })).toHaveLength(extreme < 0 ? 4 : 0)
      expect(await find({ toMs: extreme })).toHaveLength(extreme < 0 ? 0 : 4)
    }
  })

  it('finds a few rows among a great many, wherever they are, and other work goes on', async () => {
    const { database, find } = await setUp()
    await database.run(db =>
      sql`
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
        INSERT INTO access_logs (endpoint, method, ip_address, request_id, response_code)
        SELECT '/health', 'GET', '192.0.2.1', 'r-' || n,
          CASE WHEN n IN (1, 2, 50000, 99999, 100000) THEN 500 ELSE 200 END
        FROM numbers`.execute(db),
    )
    await database.run(db => sql`DELETE FROM access_logs WHERE id BETWEEN 3 AND 45000`.execute(db))
    let turns = 0
    const count = () => {
      turns += 1
      counting = setImmediate(count)
    }
    let counting = setImmediate(count)
    expect(await find({ responseCode: 500 })).toEqual(['r-100000', 'r-99999', 'r-50000', 'r-2', 'r-1'])
    expect(await find({ responseCode: 500, limit: 1 })).toEqual(['r-100000', 'r-99999'])
    expect(await find({ responseCode: 500, beforeId: 99_999, limit: 2 })).toEqual(['r-50000', 'r-2', 'r-1'])
    expect(await find({ responseCode: 404 })).toEqual([])
    clearImmediate(counting)
    expect(turns).toBeGreaterThan(5)
  })

  it('reads the rows of a key by an index, the others by their id', async () => {
    const { database } = await setUp()
    const slice = { startId: 1, endId: 9, limit: 9 }
    const plan = (filter: Partial<AccessLogFilter>) =>
      database.run(async db =>
        JSON.stringify(
          await selectAccesses(db, { limit: 9, ...filter }, slice).explain(undefined, sql`query plan`),
        ),
      )
    const ofKey = await plan({ keyId: 7, responseCode: 500 })
    expect(ofKey).toContain('idx_access_logs_api_key (api_key_id=? AND rowid>? AND rowid<?)')
    for (const filter of [{}, { fromMs: 0, toMs: 1 }, { address: '192.0.2.1' }, { wouldDeny: true }])
      expect(await plan(filter)).toContain('INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
  })

  it('reads what the server we replace has written', async () => {
    const { database, accessLog } = await setUp()
    await database.run(db =>
      sql`
        INSERT INTO access_logs (endpoint, method, ip_address, timestamp)
        VALUES ('/api/keys', 'POST', '192.0.2.1', '2026-01-11 00:00:00')`.execute(db),
    )
    expect(await accessLog.find({ limit: 1 })).toEqual([
      {
        id: 1,
        at: '2026-01-11 00:00:00',
        apiKeyId: null,
        apiKeyName: null,
        endpoint: '/api/keys',
        method: 'POST',
        ipAddress: '192.0.2.1',
        responseCode: 0,
        requestId: '',
        wouldDeny: null,
      },
    ])
  })

  it('is refused by a closed database', async () => {
    const { database, accessLog } = await setUp()
    await database.close()
    await expect(accessLog.find({ limit: 1 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})
