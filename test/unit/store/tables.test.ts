import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { timestampOf } from '../../../src/store/timestamp.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(): Promise<Database> {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  return database
}

const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/

describe('stream IDs', () => {
  it('come in the order in which they were added', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'z', player: 'b', description: 'words' })
    await streamIds.add({ publisher: 'z', player: 'a' })
    await streamIds.add({ publisher: 'a', player: 'c' })
    const rows = await streamIds.all()
    expect(rows.map(({ publisher, player, description }) => [publisher, player, description])).toEqual([
      ['z', 'b', 'words'],
      ['z', 'a', null],
      ['a', 'c', null],
    ])
    expect(rows[0]?.createdAt).toMatch(TIMESTAMP)
  })

  it('get both timestamps as CURRENT_TIMESTAMP writes them', async () => {
    const database = await open()
    const earliest = timestampOf(Date.now() - 1000)
    await database.streamIds.add({ publisher: 'p', player: 'q' })
    const row = await database.run(db =>
      db.selectFrom('stream_ids').select(['created_at', 'updated_at']).executeTakeFirstOrThrow(),
    )
    expect(row.created_at).toMatch(TIMESTAMP)
    expect(row.updated_at).toBe(row.created_at)
    expect(String(row.updated_at) >= earliest).toBe(true)
  })

  it('refuse a player twice, with the sentence of the server we replace', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: "o'clock" })
    for (const publisher of ['p', 'another']) {
      await expect(streamIds.add({ publisher, player: "o'clock" })).rejects.toMatchObject({
        code: 'STREAM_ID_EXISTS',
        message: "Stream ID with player 'o'clock' already exists",
      })
    }
    expect(await streamIds.all()).toHaveLength(1)
  })

  it('are removed by their player', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: 'a/b c' })
    await streamIds.add({ publisher: 'p', player: 'other' })
    expect(await streamIds.remove('p')).toBe(false)
    expect(await streamIds.remove('a/b c')).toBe(true)
    expect(await streamIds.remove('a/b c')).toBe(false)
    expect((await streamIds.all()).map(row => row.player)).toEqual(['other'])
  })

  it('are matched byte for byte', async () => {
    const { streamIds } = await open()
    for (const player of ['ID', 'id', 'é', 'e\u0301']) await streamIds.add({ publisher: 'p', player })
    expect(await streamIds.remove('Id')).toBe(false)
    expect(await streamIds.remove('%')).toBe(false)
    expect((await streamIds.all()).map(row => row.player)).toEqual(['ID', 'id', 'é', 'e\u0301'])
  })
})

describe('API keys', () => {
  const key = (hash: string) => ({ hash, name: `key ${hash}`, permissions: 'read' })

  it('are inserted, listed, counted and revoked', async () => {
    const { apiKeys } = await open()
    const first = await apiKeys.insert(key('aa'))
    const second = await apiKeys.insert(key('bb'))
    const options = { keepLastAdmin: true, nowMs: Date.now() }
    expect(await apiKeys.revoke(first, options)).toBe('revoked')
    expect(await apiKeys.revoke(first, options)).toBe('unknown')
    expect(await apiKeys.revoke(99, options)).toBe('unknown')
    const common = {
      permissions: 'read',
      createdAt: expect.stringMatching(TIMESTAMP),
      lastUsed: null,
      prefix: null,
      expiresAtMs: null,
      scope: null,
      rateLimit: null,
    }
    expect(await apiKeys.all()).toEqual([
      { id: first, hash: 'aa', name: 'key aa', active: false, ...common },
      { id: second, hash: 'bb', name: 'key bb', active: true, ...common },
    ])
    expect(await apiKeys.count()).toBe(2)
  })

  it('have a first one only in an empty table', async () => {
    const { apiKeys } = await open()
    const id = await apiKeys.insertFirst(key('aa'))
    expect(id).toBe(1)
    expect(await apiKeys.insertFirst(key('bb'))).toBeUndefined()
    await apiKeys.revoke(1, { keepLastAdmin: false, nowMs: 0 })
    expect(await apiKeys.insertFirst(key('cc'))).toBeUndefined()
    expect(await apiKeys.count()).toBe(1)
  })

  it('write many last uses at once and leave the others alone', async () => {
    const database = await open()
    const ids = []
    for (const hash of ['aa', 'bb', 'cc']) ids.push(await database.apiKeys.insert(key(hash)))
    const [a = 0, , c = 0] = ids
    await database.apiKeys.touch([])
    await database.apiKeys.touch([
      { id: a, atMs: Date.parse('2026-05-06T07:08:09.999Z') },
      { id: c, atMs: Date.parse('2026-05-06T07:08:10Z') },
      { id: 1000, atMs: 0 },
    ])
    const used = (await database.apiKeys.all()).map(row => row.lastUsed)
    expect(used).toEqual(['2026-05-06 07:08:09', null, '2026-05-06 07:08:10'])
    const { rows } = await database.run(db =>
      sql<{ kind: string }>`SELECT typeof(last_used) AS kind FROM api_keys WHERE id = ${a}`.execute(db),
    )
    expect(rows).toEqual([{ kind: 'text' }])
  })
})

it('writes timestamps in UTC without fractions', () => {
  expect(timestampOf(0)).toBe('1970-01-01 00:00:00')
  expect(timestampOf(Date.parse('2026-12-31T23:59:59.999Z'))).toBe('2026-12-31 23:59:59')
})
