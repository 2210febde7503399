import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AccessLog, type AccessRecord } from '../../src/store/access-log.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { buildTestServer, MemoryLog, TestClock, type TestServer } from '../support/build.ts'
import { ask } from './ask.ts'

let database: Database
let accessLog: AccessLog
let server: TestServer

const RECORD: AccessRecord = {
  apiKeyId: null,
  apiKeyName: null,
  endpoint: '/api/stream-ids',
  method: 'GET',
  ipAddress: '198.51.100.7',
  responseCode: 200,
  atMs: Date.parse('2026-01-30T10:00:00Z'),
  requestId: 'r-1',
  wouldDeny: null,
}

beforeEach(async () => {
  database = await openDatabase({ path: ':memory:' })
  accessLog = new AccessLog({
    database,
    log: new MemoryLog().logger,
    clock: new TestClock(),
    onDropped: () => {},
  })
  // The rows of these tests only, not of their own questions.
  const quiet = {
    record: () => {},
    find: (filter: Parameters<AccessLog['find']>[0]) => accessLog.find(filter),
  }
  server = buildTestServer({}, { accessLog: quiet })
})

afterEach(() => database.close())

async function list(query = '', key = server.keys.admin) {
  const response = await ask(server.app, `GET /api/access-logs${query}`, { key })
  expect(response.statusCode).toBe(200)
  return response.json()
}

const requestIds = async (query = '', key?: string) =>
  (await list(query, key)).data.map((row: { request_id: string }) => row.request_id)

async function storedKey(name: string): Promise<number> {
  const hash = `${name}`.padEnd(64, '0')
  return database.apiKeys.insert({ hash, name, permissions: 'admin' })
}

describe('GET /api/access-logs', () => {
  it('shows each request to the API', async () => {
    const id = await storedKey('Studio')
    accessLog.record({ ...RECORD, apiKeyId: id, apiKeyName: 'Studio', wouldDeny: 'PERMISSION_DENIED' })
    expect(await list()).toEqual({
      data: [
        {
          address: '198.51.100.7',
          at: '2026-01-30T10:00:00Z',
          id: 1,
          key_id: id,
          key_name: 'Studio',
          method: 'GET',
          path: '/api/stream-ids',
          request_id: 'r-1',
          status: 200,
          would_deny: 'PERMISSION_DENIED',
        },
      ],
      next_cursor: null,
      status: 'success',
    })
  })

  it('has filters', async () => {
    const id = await storedKey('Studio')
    const rows: Partial<AccessRecord>[] = [
      { requestId: 'key', apiKeyId: id, apiKeyName: 'Studio' },
      { requestId: 'method', method: 'DELETE', endpoint: '/api/stream-ids/live_1' },
      { requestId: 'status', responseCode: 401, ipAddress: '2001:db8::1' },
      { requestId: 'deny', wouldDeny: 'API_KEY_MISSING' },
      { requestId: 'later', atMs: Date.parse('2026-01-31T10:00:00Z'), endpoint: '/api/keys' },
    ]
    for (const row of rows) accessLog.record({ ...RECORD, ...row })
    expect(await requestIds()).toEqual(['later', 'deny', 'status', 'method', 'key'])
    for (const [query, expected] of [
      [`?key_id=${id}`, ['key']],
      ['?key_name=Studio', ['key']],
      ['?method=DELETE', ['method']],
      ['?status=401', ['status']],
      ['?address=2001:DB8::1', ['status']],
      ['?path=/api/stream-ids/', ['method']],
      ['?path=/api/keys', ['later']],
      ['?would_deny=true', ['deny']],
      ['?would_deny=false&method=DELETE', ['method']],
      ['?from=2026-01-31T00:00:00Z', ['later']],
      ['?from=2026-01-31T12:00:00%2B02:00', ['later']],
      ['?to=2026-01-31T10:00:00Z', ['deny', 'status', 'method', 'key']],
      ['?from=2026-01-30T10:00:00Z&to=2026-01-30T10:00:01Z&limit=2', ['deny', 'status']],
    ] as const) {
      expect([query, await requestIds(query)]).toEqual([query, expected])
    }
  })

  it('comes in pages', async () => {
    for (let index = 0; index < 25; index += 1) accessLog.record({ ...RECORD, requestId: `r${index}` })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { data, next_cursor }: { data: { request_id: string }[]; next_cursor: string | null } =
        await list(`?limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...data.map(row => row.request_id))
      cursor = next_cursor
      accessLog.record({ ...RECORD, requestId: 'new' })
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `r${24 - index}`))
  })

  it.each([
    '?from=yesterday',
    '?from=2026-02-30',
    '?to=2026-06-30T23:59:60Z',
    '?status=99',
    '?status=x',
    '?key_id=0',
    '?would_deny=1',
    '?who=me',
    '?cursor=!',
  ])('refuses %s', async query => {
    const response = await ask(server.app, `GET /api/access-logs${query}`, { key: server.keys.admin })
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('QUERY_INVALID')
  })

  it('shows a bound key of the database its own', async () => {
    const own = await storedKey('bound')
    const other = await storedKey('other')
    for (const [requestId, apiKeyId, apiKeyName] of [
      ['mine', own, 'bound'],
      ['namesake', other, 'bound'],
      ['configured namesake', null, 'bound'],
      ['nobody', null, null],
    ] as const) {
      accessLog.record({ ...RECORD, requestId, apiKeyId, apiKeyName })
    }
    const key = server.keyRing.add('admin', 'bound', { id: own, scope: { prefix: 'x' } })
    expect(await requestIds('', key)).toEqual(['mine'])
    expect(await requestIds(`?key_id=${own}&key_name=bound`, key)).toEqual(['mine'])
    expect(await requestIds(`?key_id=${other}`, key)).toEqual([])
    expect(await requestIds('?key_name=other', key)).toEqual([])
  })

  it('shows a bound key of the configuration its own, page by page', async () => {
    const namesake = await storedKey('ci')
    for (let index = 0; index < 30; index += 1) {
      const apiKeyId = index % 3 === 0 ? null : namesake
      accessLog.record({ ...RECORD, requestId: `r${index}`, apiKeyId, apiKeyName: 'ci' })
    }
    const key = server.keyRing.add('admin', 'ci', { id: null, ref: 'conf:1', scope: { prefix: 'x' } })
    const own = [27, 24, 21, 18, 15, 12, 9, 6, 3, 0].map(index => `r${index}`)
    expect(await requestIds('', key)).toEqual(own)
    const first = await list('?limit=4', key)
    const second = await list(`?limit=4&cursor=${first.next_cursor}`, key)
    const third = await list(`?limit=4&cursor=${second.next_cursor}`, key)
    const pages = [first, second, third].map(({ data }) =>
      data.map((row: { request_id: string }) => row.request_id),
    )
    expect(pages).toEqual([own.slice(0, 4), own.slice(4, 8), own.slice(8)])
    expect(third.next_cursor).toBeNull()
    expect(await requestIds(`?key_id=${namesake}`, key)).toEqual([])
    expect(await requestIds('?key_name=other', key)).toEqual([])
  })
})
