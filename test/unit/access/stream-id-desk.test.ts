import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Gatekeeper, type LiveConnection } from '../../../src/access/gatekeeper.ts'
import { StreamIdDesk } from '../../../src/access/stream-id-desk.ts'
import { routeSource } from '../../../src/app/stream-id-source.ts'
import type { Route, RouteName } from '../../../src/engine/contract.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { changedRoutes } from '../../fixtures/changed-routes.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'

const A = { prefix: 'a_' }
const DENIED = { code: 'SCOPE_DENIED' }

async function setUp() {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  const tables: (readonly Route[])[] = []
  const kicked: number[] = []
  const connections: LiveConnection[] = []
  const engine = {
    setRoutes: (_version: number, routes: readonly Route[]) => void tables.push(routes),
    changeRoutes: (_version: number, gone: readonly RouteName[], put: readonly Route[]) =>
      void tables.push(changedRoutes(tables.at(-1) ?? [], gone, put)),
    kick: (connectionId: number) => kicked.push(connectionId) > 0,
  }
  const reads = { all: 0 }
  const source = routeSource(database.streamIds)
  const gatekeeper = new Gatekeeper({
    engine,
    streamIds: {
      ...source,
      all: () => {
        reads.all += 1
        return source.all()
      },
    },
    changes: database,
    keys: { reload: async () => undefined },
    connections: () => connections,
    log: memoryLog().log,
    pollIntervalMs: 1_000_000,
  })
  onTestFinished(() => gatekeeper.stop())
  const desk = new StreamIdDesk(database.streamIds, gatekeeper)
  await gatekeeper.start()
  await desk.add({ publisher: 'pa', player: 'a_1' }, null)
  await desk.add({ publisher: 'pb', player: 'b_1' }, null)
  await desk.add({ publisher: 'shared', player: 'a_2' }, null)
  await desk.add({ publisher: 'shared', player: 'b_2' }, null)
  return { desk, gatekeeper, tables, kicked, connections, reads, database }
}

const viewer = (connectionId: number, more: Partial<LiveConnection> = {}): LiveConnection => ({
  connectionId,
  role: 'play',
  streamId: 'a_1',
  streamKey: 'pa',
  peer: '192.0.2.1:5000',
  tokenId: '',
  ...more,
})

describe('a scope', () => {
  it('sees its own pairs, without a publisher that others depend on too', async () => {
    const { desk } = await setUp()
    const listed = await desk.list(A)
    expect(listed.map(({ player, publisher }) => [player, publisher])).toEqual([
      ['a_1', 'pa'],
      ['a_2', ''],
    ])
    expect((await desk.find({ limit: 10 }, A)).map(({ player }) => player)).toEqual(['a_1', 'a_2'])
    expect(await desk.get('b_1', A)).toBeUndefined()
    expect((await desk.get('a_2', A))?.publisher).toBe('')
    expect((await desk.get('a_2', null))?.publisher).toBe('shared')
  })

  it('changes its own pairs only, and no publisher that others depend on', async () => {
    const { desk } = await setUp()
    expect(await desk.update('b_1', { maxPlayers: 1 }, A)).toBeUndefined()
    expect(await desk.remove('b_1', A)).toBe(false)
    expect(await desk.update('a_2', { maxPlayers: 1 }, A)).toMatchObject({ maxPlayers: 1, publisher: '' })
    const denied = [
      () => desk.update('a_2', { passphrase: 'ten or more' }, A),
      () => desk.update('a_2', { publisher: 'mine' }, A),
      () => desk.update('a_1', { publisher: 'pb' }, A),
      () => desk.add({ publisher: 'new', player: 'b_9' }, A),
      () => desk.add({ publisher: 'pb', player: 'a_9' }, A),
      () => desk.import([{ publisher: 'new', player: 'b_9' }], { onConflict: 'fail', isDryRun: false }, A),
      () => desk.import([{ publisher: 'pa', player: 'b_1' }], { onConflict: 'update', isDryRun: true }, A),
      () => desk.import([{ publisher: 'mine', player: 'a_2' }], { onConflict: 'update', isDryRun: false }, A),
    ]
    for (const act of denied) await expect(act()).rejects.toMatchObject(DENIED)
    expect((await desk.list(null)).map(({ player, publisher }) => [player, publisher])).toEqual([
      ['a_1', 'pa'],
      ['b_1', 'pb'],
      ['a_2', 'shared'],
      ['b_2', 'shared'],
    ])
    await desk.add({ publisher: 'new', player: 'a_3' }, A)
    expect(await desk.remove('a_2', A)).toBe(true)
  })
})

describe('a publisher with rows that nobody can use', () => {
  it('still belongs to their owners too', async () => {
    const { desk, gatekeeper, database } = await setUp()
    await database.streamIds.update('b_2', { maxPlayers: -1 })
    await database.streamIds.update('b_1', { passphrase: 'short' })
    await gatekeeper.refresh()
    expect([desk.playersOf('pb'), desk.playersOf('shared')]).toEqual([[], ['a_2']])
    await desk.add({ publisher: 'pa', player: 'a_0' }, null)
    const denied = [
      () => desk.add({ publisher: 'pb', player: 'a_9' }, A),
      () => desk.update('a_2', { passphrase: 'ten or more' }, A),
      () => desk.update('a_1', { publisher: 'pb' }, A),
      () => desk.import([{ publisher: 'pb', player: 'a_9' }], { onConflict: 'fail', isDryRun: false }, A),
    ]
    for (const act of denied) await expect(act()).rejects.toMatchObject(DENIED)
    expect((await desk.list(A)).map(({ player, publisher }) => [player, publisher])).toEqual([
      ['a_1', 'pa'],
      ['a_2', ''],
      ['a_0', 'pa'],
    ])
  })

  it('is judged by what another process has just stored', async () => {
    const { desk, database } = await setUp()
    await database.streamIds.add({ publisher: 'pa', player: 'b_3' })
    expect((await desk.get('a_1', A))?.publisher).toBe('')
    await expect(desk.update('a_1', { maxBitrateKbps: 1 }, A)).rejects.toMatchObject(DENIED)
  })

  it('is found once for all its players, however many', async () => {
    const { desk, database } = await setUp()
    const rows = Array.from({ length: 3000 }, (_, n) => ({ publisher: 'big', player: `a_big${n}` }))
    await desk.import(rows, { onConflict: 'fail', isDryRun: false }, A)
    const find = vi.spyOn(database.streamIds, 'find')
    expect(await desk.list(A)).toHaveLength(3002)
    expect(find).toHaveBeenCalledTimes(1)
  })
})

describe('a change', () => {
  it('reads the rows of its publishers, not the whole table', async () => {
    const { desk, reads, tables } = await setUp()
    const before = reads.all
    await desk.add({ publisher: 'pa', player: 'a_3' }, null)
    await desk.update('a_3', { publisher: 'pb', maxBitrateKbps: 5 }, null)
    await desk.remove('a_1', null)
    expect(reads.all).toBe(before)
    const table = tables.at(-1) ?? []
    expect(table.map(({ role, streamId }) => `${role} ${streamId}`).sort()).toEqual([
      'play a_2',
      'play a_3',
      'play b_1',
      'play b_2',
      'publish pb',
      'publish shared',
    ])
    expect(table.find(route => route.streamId === 'pb')?.rules).toMatchObject({ maxRateKbps: 5 })
    expect(table.find(route => route.streamId === 'a_3')?.streamKey).toBe('pb')
  })

  it('ends the sessions that lose their right by it, and no other', async () => {
    const { desk, kicked, connections } = await setUp()
    connections.push(viewer(1), viewer(2, { tokenId: 't' }), viewer(3, { streamId: 'b_1', streamKey: 'pb' }))
    await desk.update('a_1', { description: 'words', maxPlayers: 1, passphrase: 'ten or more' }, null)
    expect(kicked).toEqual([])
    await desk.update('a_1', { isTokensOnly: true }, null)
    expect(kicked).toEqual([1])
    connections.shift()
    await desk.update('a_1', { playNetworks: ['198.51.100.0/24'] }, null)
    expect(kicked).toEqual([1, 2])
  })

  it('tells the passphrase to nobody', async () => {
    const { desk } = await setUp()
    const shown = await desk.update('a_1', { passphrase: 'ten or more' }, null)
    expect(shown).toMatchObject({ hasPassphrase: true })
    expect(JSON.stringify([shown, await desk.list(null)])).not.toContain('ten or more')
  })
})

describe('an import', () => {
  const options = { onConflict: 'fail', isDryRun: false } as const

  it('names the row and the field of everything that is wrong, and keeps nothing', async () => {
    const { desk } = await setUp()
    const rows = [
      { publisher: 'x', player: 'x_1' },
      { publisher: '', player: 'x_2', maxPlayers: -1 },
      { publisher: 'x', player: 'x_1' },
    ]
    await expect(desk.import(rows, options, null)).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      problems: [
        { where: 'row 2, publisher', what: 'must not be empty' },
        { where: 'row 2, max_players', what: 'must be a whole number from 0 to 100000' },
        { where: 'row 3, player', what: 'is the same as in row 1' },
      ],
    })
    const taken = [
      { publisher: 'x', player: 'x_1' },
      { publisher: 'x', player: 'a_1' },
    ]
    await expect(desk.import(taken, options, null)).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      problems: [{ where: 'row 2, player', what: 'exists already' }],
    })
    expect(desk.hasPlayer('x_1')).toBeUndefined()
  })

  it('is one table for the engine, and none in a dry run', async () => {
    const { desk, tables } = await setUp()
    const rows = Array.from({ length: 500 }, (_, n) => ({ publisher: `p${n}`, player: `n${n}` }))
    const before = tables.length
    expect(await desk.import(rows, { ...options, isDryRun: true }, null)).toMatchObject({ created: 500 })
    expect(tables).toHaveLength(before)
    expect(await desk.import(rows, options, null)).toEqual({ created: 500, updated: 0, skipped: 0 })
    expect(tables).toHaveLength(before + 1)
    expect(desk.hasPlayer('n499')).toBe('p499')
  })
})
