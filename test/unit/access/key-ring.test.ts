import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashKey } from '../../../src/access/api-keys.ts'
import { type ConfiguredKey, KeyRing, type NewKey } from '../../../src/access/key-ring.ts'
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

const named = (name: string, permissions: NewKey['permissions'], more: Partial<NewKey> = {}): NewKey => ({
  name,
  permissions,
  scope: null,
  expiresAtMs: null,
  rateLimitPerMinute: null,
  ...more,
})

const identity = (id: number, name: string, permissions: NewKey['permissions']) => ({
  ...{ id, ref: `db:${id}`, name, permissions, scope: null, rateLimitPerMinute: null },
})

const lastUsedOf = async (database: Database) => (await database.apiKeys.all()).map(row => row.lastUsed)

describe('keys', () => {
  it('work as soon as they are made, and only their hash is stored', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const { key, details } = await ring.create(named('deploy', 'write'))
    const id = Number(details.id)
    expect(ring.verify(key)).toEqual(identity(id, 'deploy', 'write'))
    const rows = await database.apiKeys.all()
    expect(rows.map(row => [row.id, row.hash, row.name, row.permissions])).toEqual([
      [id, hashKey(key), 'deploy', 'write'],
    ])
    expect(JSON.stringify(rows)).not.toContain(key)
  })

  it('are refused when they are not known', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const { key } = await ring.create(named('k', 'admin'))
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
    await ring.create(named('zero', 'admin'))
    const one = await ring.create(named('one', 'admin'))
    const two = await ring.create(named('two', 'read'))
    expect(await ring.revoke(one.details.id)).toBe(true)
    expect(await ring.revoke(one.details.id)).toBe(false)
    expect([ring.verify(one.key), ring.verify(two.key)?.id]).toEqual([undefined, two.details.id])
    await ring.reload()
    expect([ring.verify(one.key), ring.verify(two.key)?.id]).toEqual([undefined, two.details.id])
    const listed = (await ring.list()).slice(1)
    expect(listed).toMatchObject([
      { id: one.details.id, name: 'one', permissions: 'admin', active: false, prefix: one.key.slice(0, 6) },
      { id: two.details.id, name: 'two', permissions: 'read', active: true, lastUsed: null },
    ])
    expect(JSON.stringify(listed)).not.toContain(two.key)
    expect(JSON.stringify(listed)).not.toContain(hashKey(two.key))
  })

  it('of another process are seen after a reload', async () => {
    const path = join(tempFolder(), 'streams.db')
    const ours = new KeyRing({ store: (await open(path)).apiKeys })
    const theirs = new KeyRing({ store: (await open(path)).apiKeys })
    const { key, details } = await theirs.create(named('k', 'read'))
    const { id } = details
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
    const { key } = await ring.create(named('k', 'read'))
    isBroken = true
    await expect(ring.reload()).rejects.toThrow('gone')
    await expect(ring.create(named('l', 'read'))).rejects.toThrow('gone')
    expect(ring.verify(key)?.name).toBe('k')
    isBroken = false
    await ring.reload()
    expect(ring.verify(key)?.name).toBe('k')
  })

  it('made during a reload are not lost by it', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const [{ key }] = await Promise.all([ring.create(named(`k${n}`, 'read')), ring.reload()])
        return key
      }),
    )
    expect(made.map(key => ring.verify(key)?.name)).toEqual(made.map((_, n) => `k${n}`))
  })
})

describe('keys that end', () => {
  const START_MS = Date.parse('2026-03-04T05:06:07Z')

  async function timed() {
    const clock = { ...systemClock, atMs: START_MS, nowMs: () => clock.atMs }
    const database = await open()
    return { clock, database, ring: new KeyRing({ store: database.apiKeys, clock }) }
  }

  it('expire by the wall clock, and live again when it is set back', async () => {
    const { ring, clock } = await timed()
    const { key, details } = await ring.create(named('k', 'read', { expiresAtMs: START_MS + 1000 }))
    expect(details.active).toBe(true)
    clock.atMs += 999
    expect(ring.verify(key)).toBeDefined()
    clock.atMs += 1
    expect(ring.verify(key)).toBeUndefined()
    expect((await ring.list()).map(each => each.active)).toEqual([false])
    clock.atMs -= 86_400_000
    expect(ring.verify(key)).toBeDefined()
  })

  it('have ended when somebody wrote the time as a text', async () => {
    const { ring, database } = await timed()
    const { key } = await ring.create(named('k', 'admin', { expiresAtMs: START_MS + 1000 }))
    await database.run(db =>
      db
        .updateTable('api_keys')
        .set({ expires_at_ms: '2099-01-01 00:00:00' as never })
        .execute(),
    )
    await ring.reload()
    expect(ring.verify(key)).toBeUndefined()
    expect((await ring.list()).map(each => each.active)).toEqual([false])
  })

  it.each([0, -5, 0.5, 'many'])('have no rate of their own where somebody wrote %j', async rate => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const { key } = await ring.create(named('by hand', 'read', { rateLimitPerMinute: 7 }))
    await database.run(db => sql`UPDATE api_keys SET rate_limit = ${rate}`.execute(db))
    await ring.reload()
    expect(ring.verify(key)?.rateLimitPerMinute).toBeNull()
    expect((await ring.list()).map(({ rateLimitPerMinute }) => rateLimitPerMinute)).toEqual([null])
  })

  it('are rotated: the new one has the same rights, the old one goes on for the overlap', async () => {
    const { ring, clock } = await timed()
    const more = { scope: { prefix: 'a_' }, rateLimitPerMinute: 7 }
    const old = await ring.create(named('k', 'write', more))
    const fresh = await ring.rotate(old.details.id, 60)
    const { id, ref, ...rights } = ring.verify(fresh?.key ?? '') ?? {}
    expect(rights).toEqual({ name: 'k', permissions: 'write', ...more })
    expect([id, ref]).not.toContain(old.details.id)
    clock.atMs += 59_999
    expect(ring.verify(old.key)).toBeDefined()
    clock.atMs += 1
    expect(ring.verify(old.key)).toBeUndefined()
    expect(ring.verify(fresh?.key ?? '')).toBeDefined()
    expect(await ring.rotate(old.details.id, 0)).toBeUndefined()
    const hard = await ring.rotate(fresh?.details.id ?? 0, 0)
    expect(ring.verify(fresh?.key ?? '')).toBeUndefined()
    expect(ring.verify(hard?.key ?? '')).toBeDefined()
  })

  it('never leave nobody to make others: the last admin key stays, scoped and expired ones do not count', async () => {
    const { ring, clock } = await timed()
    const last = await ring.create(named('last', 'admin'))
    await ring.create(named('scoped', 'admin', { scope: { prefix: 'a' } }))
    await ring.create(named('expired', 'admin', { expiresAtMs: START_MS + 1 }))
    clock.atMs += 10
    await expect(ring.revoke(last.details.id)).rejects.toMatchObject({ code: 'API_KEY_LAST_ADMIN' })
    expect(ring.verify(last.key)).toBeDefined()
    expect(await ring.rotate(last.details.id, 0)).toBeDefined()
    expect(ring.verify(last.key)).toBeUndefined()
  })
})

describe('keys of the configuration', () => {
  const OPS = { key: 'ops-0123456789abcdef', name: 'ops', permissions: 'admin', scope: null } as const
  const CI = {
    ...OPS,
    key: 'ci-0123456789abcdef',
    name: 'ci',
    permissions: 'write',
    scope: { players: ['a'] },
  } as const

  it('work without being stored, and follow a reload', async () => {
    const database = await open()
    let configured: readonly ConfiguredKey[] = [OPS, CI]
    const ring = new KeyRing({ store: database.apiKeys, configured: () => configured })
    expect(ring.verify(OPS.key)).toBeUndefined()
    await ring.reload()
    expect(ring.verify(OPS.key)).toMatchObject({ id: null, ref: 'conf:1', permissions: 'admin' })
    expect(ring.verify(CI.key)).toMatchObject({ ref: 'conf:2', scope: { players: ['a'] } })
    expect(await database.apiKeys.count()).toBe(0)
    const [first] = await ring.list()
    expect(first).toMatchObject({ id: 'conf:1', source: 'configuration', prefix: 'ops-01' })
    expect(first?.lastUsed).toMatch(/^\d{4}-/)
    for (const change of [() => ring.revoke('conf:1'), () => ring.rotate('conf:2', 0)])
      await expect(change()).rejects.toMatchObject({ code: 'API_KEY_NOT_STORED' })
    expect(await ring.revoke('conf:9')).toBe(false)
    configured = []
    await ring.reload()
    expect(ring.verify(OPS.key)).toBeUndefined()
  })

  it('keep their last use when a reload gives them another number', async () => {
    let configured: readonly ConfiguredKey[] = [OPS, CI]
    const ring = new KeyRing({ store: (await open()).apiKeys, configured: () => configured })
    await ring.reload()
    ring.verify(CI.key)
    const used = async () => (await ring.list()).map(each => [each.id, each.name, each.lastUsed !== null])
    expect(await used()).toEqual([
      ['conf:1', 'ops', false],
      ['conf:2', 'ci', true],
    ])
    configured = [CI, OPS]
    await ring.reload()
    expect(await used()).toEqual([
      ['conf:1', 'ci', true],
      ['conf:2', 'ops', false],
    ])
  })

  it('let the last stored admin key go', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys, configured: () => [OPS] })
    const { details } = await ring.create(named('stored', 'admin'))
    expect(await ring.revoke(details.id)).toBe(true)
  })

  it('of a scope that nobody can read may do nothing, and that is said once', async () => {
    const database = await open()
    const output = memoryLog()
    const ring = new KeyRing({ store: database.apiKeys, log: output.log })
    const scope = '{"players":"a"}'
    await database.apiKeys.insert({ hash: hashKey('by-hand'), name: 'odd', permissions: 'admin', scope })
    await ring.reload()
    await ring.reload()
    expect(ring.verify('by-hand')).toBeUndefined()
    expect(output.lines).toHaveLength(1)
    expect((await ring.list())[0]).toMatchObject({ active: false, scope: { players: [] } })
  })
})

describe('the first key', () => {
  it('is made once and may do everything', async () => {
    const database = await open()
    const ring = new KeyRing({ store: database.apiKeys })
    const key = await ring.ensureFirstKey()
    expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(ring.verify(key ?? '')).toEqual(identity(1, 'Default Admin Key', 'admin'))
    expect(await ring.ensureFirstKey()).toBeUndefined()
    expect(await database.apiKeys.count()).toBe(1)
  })

  it('is not made again when all keys were revoked', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    await ring.ensureFirstKey()
    await ring.revoke(1, { isForced: true })
    expect(await ring.ensureFirstKey()).toBeUndefined()
  })

  it('can be replaced by a reset, which leaves the others alone', async () => {
    const ring = new KeyRing({ store: (await open()).apiKeys })
    const first = await ring.ensureFirstKey()
    const script = await ring.create(named('script', 'write'))
    const fresh = await ring.resetAdmin()
    expect(ring.verify(fresh.key)).toEqual(identity(Number(fresh.details.id), 'Reset Admin Key', 'admin'))
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
    const one = await ring.create(named('one', 'read'))
    const two = await ring.create(named('two', 'read'))
    await ring.create(named('unused', 'read'))
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
    ring.verify((await ring.create(named('k', 'read'))).key)
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
    ring.verify((await ring.create(named('k', 'read'))).key)
    await ring.stop()
    await ring.stop()
    expect(output.lines).toHaveLength(1)
    expect(output.text()).toContain('no room')
    isBroken = false
    await ring.stop()
    expect(await lastUsedOf(database)).toEqual(['2026-03-04 05:06:07'])
  })
})
