import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashKey } from '../../../src/access/api-keys.ts'
import { KeyRing } from '../../../src/access/key-ring.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(path = ':memory:'): Promise<Database> {
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  return database
}

const lastUsedOf = async (database: Database) => (await database.apiKeys.all()).map(row => row.lastUsed)

describe('keys', () => {
  it('work as soon as they are made, and only their hash is stored', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const { key, id } = await ring.create('deploy', 'write')
    expect(ring.verify(key)).toEqual({ id, name: 'deploy', permissions: 'write' })
    const rows = await database.apiKeys.all()
    expect(rows.map(row => [row.id, row.hash, row.name, row.permissions])).toEqual([
      [id, hashKey(key), 'deploy', 'write'],
    ])
    expect(JSON.stringify(rows)).not.toContain(key)
  })

  it('are refused when they are not known', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const { key } = await ring.create('k', 'admin')
    const wrong = [
      '',
      ` ${key}`,
      `${key} `,
      key.slice(1),
      key.toLowerCase(),
      hashKey(key),
      'x'.repeat(1_000_000),
    ]
    expect(wrong.map(text => ring.verify(text))).toEqual(wrong.map(() => undefined))
  })

  it('stop working when they are revoked', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const one = await ring.create('one', 'admin')
    const two = await ring.create('two', 'read')
    expect(await ring.revoke(one.id)).toBe(true)
    expect(await ring.revoke(one.id)).toBe(false)
    expect([ring.verify(one.key), ring.verify(two.key)?.id]).toEqual([undefined, two.id])
    await ring.reload()
    expect([ring.verify(one.key), ring.verify(two.key)?.id]).toEqual([undefined, two.id])
    const common = { createdAt: expect.any(String), lastUsed: null }
    expect(await ring.list()).toEqual([
      { id: one.id, name: 'one', permissions: 'admin', active: false, ...common },
      { id: two.id, name: 'two', permissions: 'read', active: true, ...common },
    ])
  })

  it('of another process are seen after a reload', async () => {
    const path = join(tempFolder(), 'streams.db')
    const ours = new KeyRing({ store: (await open(path)).apiKeys })
    const theirs = new KeyRing({ store: (await open(path)).apiKeys })
    const { key, id } = await theirs.create('k', 'read')
    expect(ours.verify(key)).toBeUndefined()
    await ours.reload()
    expect(ours.verify(key)?.id).toBe(id)
    await theirs.revoke(id)
    await ours.reload()
    expect(ours.verify(key)).toBeUndefined()
  })

  it('stay when the store cannot be read', async () => {
    const { apiKeys } = await open()
    let isBroken = false
    const store = {
      ...apiKeys,
      all: () => (isBroken ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'gone')) : apiKeys.all()),
      insert: (key: Parameters<typeof apiKeys.insert>[0]) =>
        isBroken ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'gone')) : apiKeys.insert(key),
    }
    const ring = new KeyRing({ store })
    const { key } = await ring.create('k', 'read')
    isBroken = true
    await expect(ring.reload()).rejects.toThrow('gone')
    await expect(ring.create('l', 'read')).rejects.toThrow('gone')
    expect(ring.verify(key)?.name).toBe('k')
    isBroken = false
    await ring.reload()
    expect(ring.verify(key)?.name).toBe('k')
  })

  it('made during a reload are not lost by it', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const [{ key }] = await Promise.all([ring.create(`k${n}`, 'read'), ring.reload()])
        return key
      }),
    )
    expect(made.map(key => ring.verify(key)?.name)).toEqual(made.map((_, n) => `k${n}`))
  })
})

describe('the first key', () => {
  it('is made once and may do everything', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const key = await ring.ensureFirstKey()
    expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(ring.verify(key ?? '')).toEqual({ id: 1, name: 'Default Admin Key', permissions: 'admin' })
    expect(await ring.ensureFirstKey()).toBeUndefined()
    expect(await database.apiKeys.count()).toBe(1)
  })

  it('is not made again when all keys were revoked', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    await ring.ensureFirstKey()
    await ring.revoke(1)
    expect(await ring.ensureFirstKey()).toBeUndefined()
  })

  it('can be replaced by a reset, which leaves the others alone', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const first = await ring.ensureFirstKey()
    const script = await ring.create('script', 'write')
    const fresh = await ring.resetAdmin()
    expect(ring.verify(fresh.key)).toEqual({ id: fresh.id, name: 'Reset Admin Key', permissions: 'admin' })
    expect(ring.verify(first ?? '')?.permissions).toBe('admin')
    expect(ring.verify(script.key)?.permissions).toBe('write')
  })
})

describe('last_used', () => {
  const AT_MS = Date.parse('2026-03-04T05:06:07Z')
  const clock = { ...systemClock, nowMs: () => AT_MS }

  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('is written once for many requests', async () => {
    const database = await open()
    const touch = vi.fn(database.apiKeys.touch)
    const ring = new KeyRing({ store: { ...database.apiKeys, touch }, clock })
    const one = await ring.create('one', 'read')
    const two = await ring.create('two', 'read')
    await ring.create('unused', 'read')
    for (let n = 0; n < 100; n += 1) for (const { key } of [one, two]) ring.verify(key)
    ring.verify('nobody')
    expect(touch).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(5000)
    await vi.waitFor(async () => {
      expect(await lastUsedOf(database)).toEqual(['2026-03-04 05:06:07', '2026-03-04 05:06:07', null])
    })
    expect(touch).toHaveBeenCalledTimes(1)
  })

  it('is written at the end', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys, clock })
    ring.verify((await ring.create('k', 'read')).key)
    await ring.stop()
    expect(await lastUsedOf(database)).toEqual(['2026-03-04 05:06:07'])
  })

  it('is kept while it cannot be written, and that is said once', async () => {
    const database = await open()
    const output = memoryLog()
    let isBroken = true
    const touch = (uses: Parameters<typeof database.apiKeys.touch>[0]) =>
      isBroken ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'no room')) : database.apiKeys.touch(uses)
    const ring = new KeyRing({ store: { ...database.apiKeys, touch }, clock, log: output.log })
    ring.verify((await ring.create('k', 'read')).key)
    await ring.stop()
    await ring.stop()
    expect(output.lines).toHaveLength(1)
    expect(output.text()).toContain('no room')
    isBroken = false
    await ring.stop()
    expect(await lastUsedOf(database)).toEqual(['2026-03-04 05:06:07'])
  })
})
