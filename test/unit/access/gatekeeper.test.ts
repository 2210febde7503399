import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Gatekeeper, type LiveConnection } from '../../../src/access/gatekeeper.ts'
import { KeyRing } from '../../../src/access/key-ring.ts'
import { StreamIdDesk } from '../../../src/access/stream-id-desk.ts'
import { routeSource } from '../../../src/app/stream-id-source.ts'
import type { ConnectionIdentity, EngineEvent, Role, Route, RouteName } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { StreamIds } from '../../../src/store/stream-ids.ts'
import { changedRoutes } from '../../fixtures/changed-routes.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const adminKey = (name: string) => ({
  name,
  permissions: 'admin' as const,
  scope: null,
  expiresAtMs: null,
  rateLimitPerMinute: null,
})

const gone = () => new AppError('STORE_UNAVAILABLE', 'The database is full')

async function setUp({ path = ':memory:', pollIntervalMs = 1_000_000 } = {}) {
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  const tables: { version: number; routes: readonly Route[] }[] = []
  const kicked: number[] = []
  const connections: LiveConnection[] = []
  const engine = {
    setRoutes: (version: number, routes: readonly Route[]) => void tables.push({ version, routes }),
    changeRoutes: (version: number, gone: readonly RouteName[], put: readonly Route[]) =>
      void tables.push({ version, routes: changedRoutes(tables.at(-1)?.routes ?? [], gone, put) }),
    kick(connectionId: number) {
      kicked.push(connectionId)
      return true
    },
  }
  const broken = { all: false, add: false, remove: false, dataVersion: false, keys: false }
  const failing = <T>(name: keyof typeof broken, call: () => Promise<T>) =>
    broken[name] ? Promise.reject(gone()) : call()
  const store: StreamIds = {
    ...database.streamIds,
    all: () => failing('all', () => database.streamIds.all()),
    find: filter => failing('all', () => database.streamIds.find(filter)),
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
    streamIds: routeSource(store),
    changes,
    keys,
    connections: () => connections,
    log: output.log,
    pollIntervalMs,
  })
  onTestFinished(() => gatekeeper.stop())
  const known = () => (tables.at(-1)?.routes ?? []).map(route => `${route.role} ${route.streamId}`)
  const desk = new StreamIdDesk(store, gatekeeper)
  return { gatekeeper, desk, database, engine, tables, kicked, connections, broken, ring, output, known }
}

const live = (connectionId: number, role: Role, streamId: string, streamKey = streamId): LiveConnection => ({
  connectionId,
  role,
  streamId,
  streamKey,
  peer: '192.0.2.1:5000',
  tokenId: '',
})

const connected = (connection: LiveConnection): EngineEvent & ConnectionIdentity => ({
  type: 'connected',
  seq: 1,
  atMs: 0,
  listener: 'play:4000',
  latencyMs: 120,
  srtVersion: '1.5.1',
  encrypted: false,
  keyLengthBytes: 0,
  tokenMaxUses: 0,
  tokenExpiresAtS: 0,
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
    const { key } = await new KeyRing({ store: other.apiKeys }).create(adminKey('cli'))
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

describe('rows of a publisher that differ', () => {
  it('are warned of once, and the strictest holds after a change of one pair too', async () => {
    const { gatekeeper, desk, database, tables, output } = await setUp()
    for (const player of ['a', 'b']) await database.streamIds.add({ publisher: 'p', player })
    await database.run(db =>
      db.updateTable('stream_ids').set({ passphrase: 'ten or more' }).where('player', '=', 'b').execute(),
    )
    await gatekeeper.start()
    await gatekeeper.refresh()
    await desk.update('a', { maxPlayers: 3 }, null)
    expect(tables.at(-1)?.routes.map(route => route.rules?.passphrase)).toEqual(Array(3).fill('ten or more'))
    expect(output.lines).toHaveLength(1)
    expect(output.text()).toContain('the strictest of each holds')
    expect(output.text()).not.toContain('ten or more')
  })
})

describe('add', () => {
  it('resolves only when the engine has the route', async () => {
    const { gatekeeper, desk, known, tables } = await setUp()
    await gatekeeper.start()
    const adding = desk.add({ publisher: 'live', player: 'play', description: 'words' }, null)
    expect(tables).toHaveLength(1)
    await adding
    expect(known()).toEqual(['publish live', 'play play'])
    expect(tables.map(table => table.version)).toEqual([1, 2])
    expect(gatekeeper.hasPlayer('play')).toBe('live')
    expect(gatekeeper.hasPlayer('live')).toBeUndefined()
    expect(await desk.list(null)).toMatchObject([{ publisher: 'live', player: 'play', description: 'words' }])
  })

  it('checks both IDs before it stores anything', async () => {
    const { gatekeeper, desk } = await setUp()
    await gatekeeper.start()
    await expect(desk.add({ publisher: '', player: 'p' }, null)).rejects.toMatchObject({
      code: 'BODY_INVALID',
      message: 'publisher must not be empty',
    })
    await expect(desk.add({ publisher: 'p', player: 'a\n' }, null)).rejects.toMatchObject({
      code: 'BODY_INVALID',
      message: 'player must not hold control characters, but holds U+000A',
    })
    expect(await desk.list(null)).toEqual([])
  })

  it('refuses a player twice and leaves the table', async () => {
    const { gatekeeper, desk, tables } = await setUp()
    await gatekeeper.start()
    await desk.add({ publisher: 'a', player: 'p' }, null)
    await expect(desk.add({ publisher: 'b', player: 'p' }, null)).rejects.toMatchObject({
      code: 'STREAM_ID_EXISTS',
    })
    expect(tables).toHaveLength(2)
    expect(gatekeeper.hasPlayer('p')).toBe('a')
  })

  it('keeps many at once in order, with rising versions', async () => {
    const { gatekeeper, desk, tables, known } = await setUp()
    await gatekeeper.start()
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => desk.add({ publisher: 'p', player: `n${n}` }, null)),
    )
    expect(tables.map(table => table.version)).toEqual(tables.map((_, index) => index + 1))
    expect(known()).toEqual(['publish p', ...Array.from({ length: 30 }, (_, n) => `play n${n}`)])
  })

  it('leaves the table when the store fails', async () => {
    const { gatekeeper, desk, tables, broken } = await setUp()
    await gatekeeper.start()
    broken.add = true
    await expect(desk.add({ publisher: 'a', player: 'p' }, null)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(tables).toHaveLength(1)
    expect(gatekeeper.hasPlayer('p')).toBeUndefined()
  })

  it('makes good by a poll what it stored and could not read back', async () => {
    const { gatekeeper, desk, broken } = await setUp()
    await gatekeeper.start()
    broken.all = true
    await expect(desk.add({ publisher: 'a', player: 'p' }, null)).rejects.toMatchObject({
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
    const { gatekeeper, desk, engine, tables, kicked, connections } = await setUp()
    await gatekeeper.start()
    for (const player of ['one', 'two']) await desk.add({ publisher: 'live', player }, null)
    await desk.add({ publisher: 'other', player: 'three' }, null)
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
    expect(await desk.remove('one', null)).toBe(true)
    expect(kicked).toEqual([2, 3])
    expect(tablesAtKick).toEqual([tablesBefore + 1, tablesBefore + 1])
    connections.splice(1, 2)
    expect(await desk.remove('two', null)).toBe(true)
    expect(kicked).toEqual([2, 3, 1, 4])
    expect(gatekeeper.hasPlayer('two')).toBeUndefined()
  })

  it('does not take a publisher ID for a player', async () => {
    const { gatekeeper, desk, tables, kicked } = await setUp()
    await gatekeeper.start()
    await desk.add({ publisher: 'live', player: 'play' }, null)
    expect(await desk.remove('live', null)).toBe(false)
    expect([tables.length, kicked]).toEqual([2, []])
  })

  it('leaves table and sessions when the store fails', async () => {
    const { gatekeeper, desk, tables, kicked, connections, broken } = await setUp()
    await gatekeeper.start()
    await desk.add({ publisher: 'live', player: 'play' }, null)
    connections.push(live(1, 'play', 'play', 'live'))
    broken.remove = true
    await expect(desk.remove('play', null)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([tables.length, kicked, gatekeeper.hasPlayer('play')]).toEqual([2, [], 'live'])
  })

  it('ends a session that was admitted just before and is reported just after', async () => {
    const { gatekeeper, desk, kicked, output } = await setUp()
    await gatekeeper.start()
    await desk.add({ publisher: 'secret_live', player: 'play' }, null)
    gatekeeper.onEvents([connected(live(7, 'publish', 'secret_live'))])
    expect(kicked).toEqual([])
    await desk.remove('play', null)
    gatekeeper.onEvents([
      connected(live(8, 'publish', 'secret_live')),
      connected(live(9, 'play', 'play', 'secret_live')),
    ])
    expect(kicked).toEqual([8, 9])
    expect(output.text()).not.toContain('secret_live')
  })

  it('looks at everybody when events were lost', async () => {
    const { gatekeeper, desk, kicked, connections } = await setUp()
    await gatekeeper.start()
    await desk.add({ publisher: 'live', player: 'play' }, null)
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
    const { key } = await new KeyRing({ store: other.apiKeys }).create(adminKey('cli'))
    await soon('the key', () => ring.verify(key) !== undefined)
  })

  it('moves a player, and a change of its new publisher comes before the next look', async () => {
    const path = join(tempFolder(), 'streams.db')
    const { gatekeeper, desk } = await setUp({ path })
    await gatekeeper.start()
    for (const [publisher, player] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      await desk.add({ publisher, player }, null)
    const other = await openDatabase({ path })
    onTestFinished(() => other.close())
    await other.streamIds.update('a1', { publisher: 'b' })
    await desk.update('b1', { description: 'B' }, null)
    const players = () => [gatekeeper.playersOf('a'), gatekeeper.playersOf('b')]
    expect(players()).toEqual([['a2'], ['a1', 'b1']])
    await gatekeeper.poll()
    expect(players()).toEqual([['a2'], ['a1', 'b1']])
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
      const { key } = await new KeyRing({ store: other.apiKeys }).create(adminKey('cli'))
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
