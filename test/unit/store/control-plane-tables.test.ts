import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type AuditRecord, auditLog } from '../../../src/store/audit-log.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { settings } from '../../../src/store/settings.ts'
import { tokenUses } from '../../../src/store/token-uses.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(path = ':memory:'): Promise<Database> {
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  return database
}

const setMaxPages = async (database: Database, pages: number) => {
  await database.run(db => sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db))
}

const FULL = { code: 'STORE_UNAVAILABLE', message: 'The database is full' }

describe('settings', () => {
  it('are set, changed, removed, and there after a restart', async () => {
    const path = join(tempFolder(), 'streams.db')
    const first = await openDatabase({ path })
    const before = settings(first)
    for (const [name, value] of Object.entries({ b: '1', a: '', gone: 'x' }))
      await before.setIfAbsent(name, value)
    await before.replaceAll('b', new Map([['b', '2']]))
    await before.replaceAll('gone', new Map())
    await before.replaceAll('nobody', new Map())
    await first.close()
    const after = settings(await open(path))
    expect([...(await after.all())]).toEqual([
      ['a', ''],
      ['b', '2'],
    ])
  })

  it('keep the value of whoever came first', async () => {
    const path = join(tempFolder(), 'streams.db')
    const one = settings(await open(path))
    const two = settings(await open(path))
    const values = await Promise.all([one.setIfAbsent('secret', 'one'), two.setIfAbsent('secret', 'two')])
    expect(new Set(values).size).toBe(1)
    expect(await two.setIfAbsent('secret', 'three')).toBe(values[0])
    expect((await one.all()).get('secret')).toBe(values[0])
  })

  it('are replaced by prefix, as it is written', async () => {
    const store = settings(await open())
    for (const name of ['config.a', 'config.b', 'configXc', 'CONFIG.d', 'other', 'a_1', 'ab1'])
      await store.setIfAbsent(name, 'old')
    const values = new Map([
      ['config.b', 'new'],
      ['config.c', 'new'],
    ])
    await store.replaceAll('config.', values)
    await store.replaceAll('a_', new Map())
    expect(Object.fromEntries(await store.all())).toEqual({
      'config.b': 'new',
      'config.c': 'new',
      configXc: 'old',
      'CONFIG.d': 'old',
      other: 'old',
      ab1: 'old',
    })
  })

  it('are replaced all or not at all', async () => {
    const database = await open(join(tempFolder(), 'streams.db'))
    const store = settings(database)
    await store.replaceAll('c.', new Map([['c.a', 'old']]))
    await setMaxPages(database, 1)
    const tooMuch = new Map([
      ['c.b', 'new'],
      ['c.c', 'x'.repeat(100_000)],
    ])
    await expect(store.replaceAll('c.', tooMuch)).rejects.toMatchObject(FULL)
    expect(Object.fromEntries(await store.all())).toEqual({ 'c.a': 'old' })
    await setMaxPages(database, 100_000)
    await store.replaceAll('c.', tooMuch)
    expect((await store.all()).size).toBe(2)
  })
})

describe('the uses of play tokens', () => {
  it('are added up until the token expires', async () => {
    const uses = tokenUses(await open())
    const [a, b] = [
      { tokenId: 'a', expiresAtS: 1_800_000_000 },
      { tokenId: 'b', expiresAtS: 1_800_000_100 },
    ]
    await uses.add([])
    expect(await uses.all(0)).toEqual([])
    await uses.add([a, b, a])
    await uses.add([a])
    expect(await uses.all(1_799_999_999)).toEqual([
      { ...a, useCount: 3 },
      { ...b, useCount: 1 },
    ])
    expect(await uses.all(1_800_000_000)).toEqual([{ ...b, useCount: 1 }])
    expect(await uses.prune(1_800_000_000)).toBe(1)
    expect(await uses.prune(1_800_000_000)).toBe(0)
    expect(await uses.all(0)).toEqual([{ ...b, useCount: 1 }])
  })

  it('are counted whole or not at all', async () => {
    const database = await open(join(tempFolder(), 'streams.db'))
    const uses = tokenUses(database)
    await setMaxPages(database, 1)
    const many = Array.from({ length: 5000 }, (_, n) => ({
      tokenId: `token-${n}`,
      expiresAtS: 1_800_000_000,
    }))
    await expect(uses.add(many)).rejects.toMatchObject(FULL)
    expect(await uses.all(0)).toEqual([])
    await setMaxPages(database, 100_000)
    await uses.add(many)
    expect(await uses.all(0)).toHaveLength(5000)
  })
})

describe('the audit log', () => {
  const record = (fields: Partial<AuditRecord> = {}): AuditRecord => ({
    apiKeyId: 7,
    apiKeyName: 'n',
    ipAddress: '192.0.2.1',
    action: 'key.created',
    subject: '8',
    details: { name: 'new', list: [1, null], nested: { is: true } },
    ...fields,
  })

  it('keeps what was done, newest first, in pages', async () => {
    const audit = auditLog(await open())
    await audit.add(record())
    await audit.add(record({ action: 'config.changed', apiKeyId: null, apiKeyName: null, details: {} }))
    await audit.add(record({ subject: '9' }))
    const entries = await audit.find({ limit: 10 })
    expect(entries.map(({ id, action }) => [id, action])).toEqual([
      [3, 'key.created'],
      [2, 'config.changed'],
      [1, 'key.created'],
    ])
    expect(entries[2]).toEqual({
      id: 1,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      ...record(),
    })
    expect(entries[1]).toMatchObject({ apiKeyId: null, apiKeyName: null, details: {} })
    const ids = async (filter: { action?: string; beforeId?: number; limit: number }) =>
      (await audit.find(filter)).map(entry => entry.id)
    expect(await ids({ action: 'key.created', limit: 1 })).toEqual([3, 1])
    expect(await ids({ action: 'key', limit: 1 })).toEqual([])
    expect(await ids({ beforeId: 3, limit: 1 })).toEqual([2, 1])
    expect(await ids({ beforeId: 3, action: 'key.created', limit: 1 })).toEqual([1])
  })

  it('reads details that somebody has spoilt', async () => {
    const database = await open()
    const audit = auditLog(database)
    for (const text of ['{', 'null', '[1]'])
      await database.run(db =>
        sql`
          INSERT INTO audit_logs (ip_address, action, subject, details)
          VALUES ('::1', 'a', 's', ${text})`.execute(db),
      )
    const details = (await audit.find({ limit: 10 })).map(entry => entry.details)
    expect(details).toEqual([{ text: '[1]' }, { text: 'null' }, { text: '{' }])
  })

  it('forgets what is older than asked', async () => {
    const database = await open()
    const audit = auditLog(database)
    for (const day of ['01', '10', '20']) {
      await audit.add(record({ subject: day }))
      await database.run(db =>
        sql`UPDATE audit_logs SET timestamp = ${`2026-01-${day} 00:00:00`} WHERE subject = ${day}`.execute(
          db,
        ),
      )
    }
    const nowMs = Date.parse('2026-01-21T00:00:00Z')
    expect(await audit.prune(0, nowMs)).toBe(0)
    expect(await audit.prune(15, nowMs)).toBe(1)
    expect((await audit.find({ limit: 10 })).map(entry => entry.subject)).toEqual(['20', '10'])
  })

  it('says when it cannot be written', async () => {
    const database = await open(join(tempFolder(), 'streams.db'))
    await setMaxPages(database, 1)
    const big = record({ details: { text: 'x'.repeat(100_000) } })
    await expect(auditLog(database).add(big)).rejects.toMatchObject(FULL)
  })
})
