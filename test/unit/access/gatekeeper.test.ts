import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Gatekeeper, type LiveConnection, type StreamIdStore } from '../../../src/access/gatekeeper.ts'
import { KeyRing } from '../../../src/access/key-ring.ts'
import type { ConnectionIdentity, EngineEvent, Role, Route } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const gone = () => new AppError('STORE_UNAVAILABLE', 'The database is full')

async function setUp({ path = ':memory:', pollIntervalMs = 1_000_000 } = {}) {
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  const tables: { version: number; routes: readonly Route[] }[] = []
  const kicked: number[] = []
  const connections: LiveConnection[] = []
  const engine = {
    setRoutes: (version: number, routes: readonly Route[]) => void tables.push({ version, routes }),
    kick(connectionId: number) {
      kicked.push(connectionId)
      return true
    },
  }
  const broken = { all: false, add: false, remove: false, dataVersion: false, keys: false }
  const failing = <T>(name: keyof typeof broken, call: () => Promise<T>) =>
    broken[name] ? Promise.reject(gone()) : call()
  const streamIds: StreamIdStore = {
    all: () => failing('all', () => database.streamIds.all()),
    add: entry => failing('add', () => database.streamIds.add(entry)),
    remove: player => failing('remove', () => database.streamIds.remove(player)),
  }
  const changes = {
    dataVersion() {
      if (broken.dataVersion) throw gone()
      return database.dataVersion()
    },
  }
  const ring = new KeyRing({ store: database.apiKeys })
  const keys = { reload: () => failing('keys', () => ring.reload()) }
  const output = memoryLog()
  const gatekeeper = new Gatekeeper({
    engine,
    streamIds,
    changes,
    keys,
    connections: () => connections,
    log: output.log,
    pollIntervalMs,
  })
  onTestFinished(() => gatekeeper.stop())
  const known = () => (tables.at(-1)?.routes ?? []).map(route => `${route.role} ${route.streamId}`)
  return { gatekeeper, database, engine, tables, kicked, connections, broken, ring, output, known }
}

const live = (connectionId: number, role: Role, streamId: string, streamKey = streamId): LiveConnection => ({
  connectionId,
  role,
  streamId,
  streamKey,
})

const connected = (connection: LiveConnection): EngineEvent & ConnectionIdentity => ({
  type: 'connected',
  seq: 1,
  atMs: 0,
  listener: 'play:4000',
  peer: '192.0.2.1:5000',
  latencyMs: 120,
  srtVersion: '1.5.1',
  encrypted: false,
  ...connection,
})

describe('start', () => {
  it('gives the engine table 1, even an empty one', async () => {
    const { gatekeeper, tables } = await setUp()
    await gatekeeper.start()
    expect(tables).toEqual([{ version: 1, routes: [] }])
  })

  it('fails with the store, and the engine gets no table', async () => {
    const { gatekeeper, tables, broken } = await setUp()
    broken.all = true
    await expect(gatekeeper.start()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(tables).toEqual([])
  })

  it('finds keys that another process made before it began to look', async () => {
    const path = join(tempFolder(), 'streams.db')
    const { gatekeeper, ring } = await setUp({ path })
    await ring.reload()
    const other = await openDatabase({ path })
    onTestFinished(() => other.close())
    const { key } = await new KeyRing({ store: other.apiKeys }).create('cli', 'admin')
    await gatekeeper.start()
    expect(ring.verify(key)?.name).toBe('cli')
  })

  it('warns once about rows that nobody can use', async () => {
    const { gatekeeper, database, output } = await setUp()
    await database.streamIds.add({ publisher: 'p', player: '' })
    await gatekeeper.start()
    await gatekeeper.refresh()
    expect(output.lines).toHaveLength(1)
    expect(output.text()).toContain('stream_ids row 1: its player must not be empty; left out')
  })
})

describe('add', () => {
  it('resolves only when the engine has the route', async () => {
    const { gatekeeper, known, tables } = await setUp()
    await gatekeeper.start()
    const adding = gatekeeper.add({ publisher: 'live', player: 'play', description: 'words' })
    expect(tables).toHaveLength(1)
    await adding
    expect(known()).toEqual(['publish live', 'play play'])
    expect(tables.map(table => table.version)).toEqual([1, 2])
    expect(gatekeeper.hasPlayer('play')).toBe('live')
    expect(gatekeeper.hasPlayer('live')).toBeUndefined()
    expect(await gatekeeper.list()).toMatchObject([
      { publisher: 'live', player: 'play', description: 'words' },
    ])
  })

  it('checks both IDs before it stores anything', async () => {
    const { gatekeeper } = await setUp()
    await gatekeeper.start()
    await expect(gatekeeper.add({ publisher: '', player: 'p' })).rejects.toMatchObject({
      code: 'BODY_INVALID',
      message: 'publisher must not be empty',
    })
    await expect(gatekeeper.add({ publisher: 'p', player: 'a\n' })).rejects.toMatchObject({
      code: 'BODY_INVALID',
      message: 'player must not hold control characters, but holds U+000A',
    })
    expect(await gatekeeper.list()).toEqual([])
  })

  it('refuses a player twice and leaves the table', async () => {
    const { gatekeeper, tables } = await setUp()
    await gatekeeper.start()
    await gatekeeper.add({ publisher: 'a', player: 'p' })
    await expect(gatekeeper.add({ publisher: 'b', player: 'p' })).rejects.toMatchObject({
      code: 'STREAM_ID_EXISTS',
    })
    expect(tables).toHaveLength(2)
    expect(gatekeeper.hasPlayer('p')).toBe('a')
  })

  it('keeps many at once in order, with rising versions', async () => {
    const { gatekeeper, tables, known } = await setUp()
    await gatekeeper.start()
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => gatekeeper.add({ publisher: 'p', player: `n${n}` })),
    )
    expect(tables.map(table => table.version)).toEqual(tables.map((_, index) => index + 1))
    expect(known()).toEqual(['publish p', ...Array.from({ length: 30 }, (_, n) => `play n${n}`)])
  })

  it('leaves the table when the store fails', async () => {
    const { gatekeeper, tables, broken } = await setUp()
    await gatekeeper.start()
    broken.add = true
    await expect(gatekeeper.add({ publisher: 'a', player: 'p' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(tables).toHaveLength(1)
    expect(gatekeeper.hasPlayer('p')).toBeUndefined()
  })

  it('makes good by a poll what it stored and could not read back', async () => {
    const { gatekeeper, broken } = await setUp()
    await gatekeeper.start()
    broken.all = true
    await expect(gatekeeper.add({ publisher: 'a', player: 'p' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    await gatekeeper.poll()
    expect(gatekeeper.hasPlayer('p')).toBeUndefined()
    broken.all = false
    await gatekeeper.poll()
    expect(gatekeeper.hasPlayer('p')).toBe('a')
  })
})

describe('remove', () => {
  it('ends exactly the sessions that it orphans, after the table has changed', async () => {
    const { gatekeeper, engine, tables, kicked, connections } = await setUp()
    await gatekeeper.start()
    for (const player of ['one', 'two']) await gatekeeper.add({ publisher: 'live', player })
    await gatekeeper.add({ publisher: 'other', player: 'three' })
    connections.push(
      live(1, 'publish', 'live'),
      live(2, 'play', 'one', 'live'),
      live(3, 'play', 'one', 'live'),
      live(4, 'play', 'two', 'live'),
      live(5, 'publish', 'other'),
      live(6, 'play', 'three', 'other'),
    )
    const tablesAtKick: number[] = []
    engine.kick = connectionId => {
      tablesAtKick.push(tables.length)
      kicked.push(connectionId)
      return true
    }
    const tablesBefore = tables.length
    expect(await gatekeeper.remove('one')).toBe(true)
    expect(kicked).toEqual([2, 3])
    expect(tablesAtKick).toEqual([tablesBefore + 1, tablesBefore + 1])
    connections.splice(1, 2)
    expect(await gatekeeper.remove('two')).toBe(true)
    expect(kicked).toEqual([2, 3, 1, 4])
    expect(gatekeeper.hasPlayer('two')).toBeUndefined()
  })

  it('does not take a publisher ID for a player', async () => {
    const { gatekeeper, tables, kicked } = await setUp()
    await gatekeeper.start()
    await gatekeeper.add({ publisher: 'live', player: 'play' })
    expect(await gatekeeper.remove('live')).toBe(false)
    expect([tables.length, kicked]).toEqual([2, []])
  })

  it('leaves table and sessions when the store fails', async () => {
    const { gatekeeper, tables, kicked, connections, broken } = await setUp()
    await gatekeeper.start()
    await gatekeeper.add({ publisher: 'live', player: 'play' })
    connections.push(live(1, 'play', 'play', 'live'))
    broken.remove = true
    await expect(gatekeeper.remove('play')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([tables.length, kicked, gatekeeper.hasPlayer('play')]).toEqual([2, [], 'live'])
  })

  it('ends a session that was admitted just before and is reported just after', async () => {
    const { gatekeeper, kicked, output } = await setUp()
    await gatekeeper.start()
    await gatekeeper.add({ publisher: 'secret_live', player: 'play' })
    gatekeeper.onEvents([connected(live(7, 'publish', 'secret_live'))])
    expect(kicked).toEqual([])
    await gatekeeper.remove('play')
    gatekeeper.onEvents([
      connected(live(8, 'publish', 'secret_live')),
      connected(live(9, 'play', 'play', 'secret_live')),
    ])
    expect(kicked).toEqual([8, 9])
    expect(output.text()).not.toContain('secret_live')
  })

  it('looks at everybody when events were lost', async () => {
    const { gatekeeper, kicked, connections } = await setUp()
    await gatekeeper.start()
    await gatekeeper.add({ publisher: 'live', player: 'play' })
    connections.push(live(1, 'publish', 'live'), live(2, 'play', 'unknown', 'live'))
    gatekeeper.onEvents([{ type: 'resync', seq: 9, atMs: 0 }])
    expect(kicked).toEqual([2])
  })
})

describe('another process', () => {
  it('is noticed by itself: stream IDs added, moved and removed, keys made', async () => {
    const path = join(tempFolder(), 'streams.db')
    const { gatekeeper, kicked, connections, ring } = await setUp({ path, pollIntervalMs: 5 })
    await gatekeeper.start()
    const other = await openDatabase({ path })
    onTestFinished(() => other.close())
    const soon = (what: string, isTrue: () => boolean) =>
      until(isTrue, { deadlineMs: 20_000, what, everyMs: 5 })
    await other.streamIds.add({ publisher: 'live', player: 'play' })
    await soon('the new player', () => gatekeeper.hasPlayer('play') === 'live')
    connections.push(live(1, 'play', 'play', 'live'), live(2, 'publish', 'live'))
    await other.streamIds.add({ publisher: 'live', player: 'stays' })
    await other.streamIds.remove('play')
    await other.streamIds.add({ publisher: 'elsewhere', player: 'play' })
    await soon('the moved player', () => gatekeeper.hasPlayer('play') === 'elsewhere')
    await soon('the kick', () => kicked.includes(1))
    expect(kicked).not.toContain(2)
    const { key } = await new KeyRing({ store: other.apiKeys }).create('cli', 'admin')
    await soon('the key', () => ring.verify(key) !== undefined)
  })

  it('that writes something else does not make the engine change its table', async () => {
    const path = join(tempFolder(), 'streams.db')
    const { gatekeeper, tables, database } = await setUp({ path })
    await database.streamIds.add({ publisher: 'live', player: 'play' })
    await gatekeeper.start()
    const other = await openDatabase({ path })
    onTestFinished(() => other.close())
    await other.apiKeys.insert({ hash: 'h', name: 'n', permissions: 'read' })
    await gatekeeper.poll()
    expect(tables).toHaveLength(1)
  })

  it.each(['all', 'dataVersion', 'keys'] as const)(
    'is read again after %s failed, logged once',
    async name => {
      const path = join(tempFolder(), 'streams.db')
      const { gatekeeper, broken, output, ring } = await setUp({ path })
      await gatekeeper.start()
      const other = await openDatabase({ path })
      onTestFinished(() => other.close())
      await other.streamIds.add({ publisher: 'live', player: 'play' })
      const { key } = await new KeyRing({ store: other.apiKeys }).create('cli', 'admin')
      broken[name] = true
      for (let n = 0; n < 5; n += 1) await gatekeeper.poll()
      expect(output.lines).toHaveLength(1)
      expect(output.text()).toContain('The database is full')
      broken[name] = false
      await gatekeeper.poll()
      expect(gatekeeper.hasPlayer('play')).toBe('live')
      expect(ring.verify(key)?.name).toBe('cli')
      expect(output.lines).toHaveLength(2)
      await gatekeeper.poll()
      expect(output.lines).toHaveLength(2)
    },
  )
})
