import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import type { NewStreamId, StreamIdRecord } from '../../../src/store/stream-ids.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 120_000 })

async function open(path = join(tempFolder(), 'streams.db')): Promise<Database> {
  const database = await openDatabase({ path })
  onTestFinished(() => database.close())
  return database
}

const many = (count: number): NewStreamId[] =>
  Array.from({ length: count }, (_, n) => ({ publisher: `live_${n >> 1}`, player: `play_${n}` }))

const pairs = (records: readonly StreamIdRecord[]) => records.map(row => [row.player, row.publisher])

/** Adds or updates, whichever it takes. */
async function put({ streamIds }: Database, entry: NewStreamId): Promise<void> {
  if (!(await streamIds.update(entry.player, entry))) await streamIds.add(entry)
}

describe('an import', () => {
  it('adds all rows in their order', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: 'first', passphrase: 'of the publisher' })
    const rows = [
      { publisher: 'p', player: 'z', description: 'words', maxPlayers: 4, isTokensOnly: true },
      { publisher: 'q', player: 'y', bitrateGraceS: 1, publishNetworks: ['192.0.2.1'] },
      { publisher: 'q', player: 'x', playNetworks: ['192.0.2.2', '192.0.2.3'] },
    ]
    expect(await streamIds.importAll(rows, 'fail', false)).toEqual({
      created: 3,
      updated: 0,
      skipped: 0,
      conflicts: [],
    })
    expect(await streamIds.all()).toMatchObject([
      { player: 'first' },
      {
        player: 'z',
        description: 'words',
        maxPlayers: 4,
        isTokensOnly: true,
        passphrase: 'of the publisher',
      },
      { player: 'y', bitrateGraceS: 1, publishNetworks: ['192.0.2.1'] },
      {
        player: 'x',
        bitrateGraceS: 1,
        publishNetworks: ['192.0.2.1'],
        playNetworks: ['192.0.2.2', '192.0.2.3'],
      },
    ])
    expect(await streamIds.importAll([], 'fail', false)).toMatchObject({ created: 0 })
  })

  it('names every conflict, with what is there and within itself, and then adds nothing', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: 'old' })
    const before = await streamIds.all()
    const rows = [
      { publisher: 'p', player: 'a', passphrase: 'changes p' },
      { publisher: 'p', player: 'old' },
      { publisher: 'q', player: 'a' },
      { publisher: 'q', player: 'b' },
      { publisher: 'q', player: 'a' },
    ]
    const refused = { created: 0, updated: 0, skipped: 0, conflicts: [1, 2, 4] }
    expect(await streamIds.importAll(rows, 'fail', true)).toEqual(refused)
    expect(await streamIds.importAll(rows, 'fail', false)).toEqual(refused)
    expect(await streamIds.all()).toEqual(before)
  })

  it('skips who is there, the first of two within itself wins', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: 'old', passphrase: 'stays' })
    const rows = [
      { publisher: 'q', player: 'old', passphrase: 'ignored' },
      { publisher: 'q', player: 'a', description: 'first' },
      { publisher: 'r', player: 'a', description: 'second' },
    ]
    const result = { created: 1, updated: 0, skipped: 2, conflicts: [] }
    expect(await streamIds.importAll(rows, 'skip', false)).toEqual(result)
    expect(await streamIds.all()).toMatchObject([
      { publisher: 'p', player: 'old', passphrase: 'stays' },
      { publisher: 'q', player: 'a', description: 'first', passphrase: '' },
    ])
  })

  it('updates who is there, the last of two within itself wins', async () => {
    const { streamIds } = await open()
    await streamIds.add({ publisher: 'p', player: 'old', description: 'stays', maxPlayers: 1 })
    await streamIds.add({ publisher: 'p', player: 'sibling' })
    const rows = [
      { publisher: 'q', player: 'a', description: 'first' },
      { publisher: 'p', player: 'old', passphrase: 'of p', maxPlayers: 2 },
      { publisher: 'r', player: 'a', description: 'second' },
    ]
    const result = { created: 1, updated: 2, skipped: 0, conflicts: [] }
    expect(await streamIds.importAll(rows, 'update', true)).toEqual(result)
    expect(await streamIds.importAll(rows, 'update', false)).toEqual(result)
    expect(await streamIds.all()).toMatchObject([
      { id: 1, publisher: 'p', player: 'old', description: 'stays', maxPlayers: 2, passphrase: 'of p' },
      { id: 2, publisher: 'p', player: 'sibling', passphrase: 'of p' },
      { publisher: 'r', player: 'a', description: 'second', passphrase: '' },
    ])
  })

  it('comes to the same as its rows one by one, and a dry run foretells it', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const row: fc.Arbitrary<NewStreamId> = fc.record(
      {
        publisher: fc.constantFrom('p', 'q', 'r'),
        player: id,
        description: fc.option(fc.constantFrom('', 'words')),
        maxPlayers: fc.nat(3),
        isTokensOnly: fc.boolean(),
        publicName: fc.constantFrom('', 'Main stage'),
        playNetworks: fc.constantFrom([], ['192.0.2.1'], ['192.0.2.0/24', '2001:db8::1']),
        passphrase: fc.constantFrom('', 'first', 'second'),
        maxBitrateKbps: fc.nat(3),
        bitrateGraceS: fc.nat(3),
        publishNetworks: fc.constantFrom([], ['198.51.100.0/24']),
      },
      { requiredKeys: ['publisher', 'player'] },
    )
    const plain = (records: readonly StreamIdRecord[]) =>
      records
        .map(({ id: _, createdAt: __, updatedAt: ___, ...rest }) => rest)
        .sort((a, b) => (a.player < b.player ? -1 : 1))
    const one = await open(':memory:')
    const two = await open(':memory:')
    const check = async (before: readonly NewStreamId[], rows: readonly NewStreamId[]) => {
      for (const database of [one, two]) {
        await database.run(db => sql`DELETE FROM stream_ids`.execute(db))
        for (const entry of before) await put(database, entry)
      }
      const foretold = await one.streamIds.importAll(rows, 'update', true)
      expect(await one.streamIds.importAll(rows, 'update', false)).toEqual(foretold)
      expect(foretold.created + foretold.updated).toBe(rows.length)
      for (const entry of rows) await put(two, entry)
      const records = await one.streamIds.all()
      expect(plain(records)).toEqual(plain(await two.streamIds.all()))
      // What belongs to a publisher is the same in all its rows.
      const settings = records.map(r =>
        JSON.stringify([r.publisher, r.passphrase, r.maxBitrateKbps, r.bitrateGraceS, r.publishNetworks]),
      )
      expect(new Set(settings).size).toBe(new Set(records.map(r => r.publisher)).size)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), fc.array(row, { maxLength: 8 }), check),
      { numRuns: 150 },
    )
  })

  it('leaves nothing behind when the disk is full', async () => {
    const database = await open()
    await database.streamIds.add({ publisher: 'live_0', player: 'old' })
    await database.run(db => sql`PRAGMA max_page_count = 60`.execute(db))
    const rows = many(5000).map(row => ({ ...row, passphrase: 'changed' }))
    await expect(database.streamIds.importAll(rows, 'fail', false)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The database is full',
    })
    expect(await database.streamIds.all()).toMatchObject([{ player: 'old', passphrase: '' }])
    await database.run(db => sql`PRAGMA max_page_count = 100000`.execute(db))
    expect(await database.streamIds.importAll(rows, 'fail', false)).toMatchObject({ created: 5000 })
    const { rows: verdict } = await database.run(db =>
      sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(db),
    )
    expect(verdict).toEqual([{ integrity_check: 'ok' }])
  })

  it('gives up when another process keeps the file locked', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await open(path)
    const other = await open(path)
    await database.run(db => sql`PRAGMA busy_timeout = 1`.execute(db))
    const first = other.streamIds.importAll(many(1000), 'fail', false)
    const second = database.streamIds.importAll(many(1000), 'fail', false)
    const outcomes = await Promise.allSettled([first, second])
    expect(outcomes[0]).toMatchObject({ status: 'fulfilled', value: { created: 1000 } })
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } })
    expect(await database.streamIds.importAll(many(1000), 'skip', false)).toMatchObject({ skipped: 1000 })
  })

  it('lets the event loop turn; who asks meanwhile waits and sees all of it or nothing', async () => {
    const path = join(tempFolder(), 'streams.db')
    const database = await open(path)
    const other = await open(path)
    let turns = 0
    let isRunning = true
    const count = () => {
      if (isRunning) turns += 1
      if (isRunning) setImmediate(count)
    }
    const importing = database.streamIds.importAll(many(10_000), 'fail', false).finally(() => {
      isRunning = false
    })
    setImmediate(count)
    const meanwhile = database.streamIds.all()
    const added = database.streamIds.add({ publisher: 'x', player: 'x' })
    const seenByOther: number[] = []
    while (isRunning) {
      seenByOther.push((await other.streamIds.all()).length)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(await importing).toMatchObject({ created: 10_000 })
    expect(turns).toBeGreaterThan(20)
    expect(seenByOther[0]).toBe(0)
    for (const length of seenByOther) expect([0, 10_000]).toContain(length)
    expect(await meanwhile).toHaveLength(10_000)
    await added
    expect(pairs(await database.streamIds.all()).at(-1)).toEqual(['x', 'x'])
  })
})
