import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { selectStreamIds } from '../../../src/store/stream-id-filter.ts'
import { DEFAULT_SETTINGS } from '../../../src/store/stream-id-record.ts'
import type { NewStreamId, PlayerScope, StreamIdFilter } from '../../../src/store/stream-ids.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(...entries: NewStreamId[]): Promise<Database> {
  const database = await openDatabase({ path: join(tempFolder(), 'streams.db') })
  onTestFinished(() => database.close())
  for (const entry of entries) await database.streamIds.add(entry)
  return database
}

const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
const LONG_AGO = '2020-01-01 00:00:00'

/** So that a new updated_at can be told from the old one within the same second. */
const age = (database: Database) =>
  database.run(db =>
    sql`UPDATE stream_ids SET created_at = ${LONG_AGO}, updated_at = ${LONG_AGO}`.execute(db),
  )

const OF_PUBLISHER = {
  passphrase: 'ten or more',
  maxBitrateKbps: 6000,
  bitrateGraceS: 0,
  publishNetworks: ['192.0.2.0/24', '2001:db8::/32'],
}
const OF_PLAYER = {
  maxPlayers: 3,
  playNetworks: ['198.51.100.7'],
  isTokensOnly: true,
  publicName: 'Main stage',
}

describe('the settings of a stream ID', () => {
  it('are kept as they were given', async () => {
    const { streamIds } = await open({
      publisher: 'p',
      player: 'a',
      description: 'words',
      ...OF_PUBLISHER,
      ...OF_PLAYER,
    })
    expect(await streamIds.get('a')).toEqual({
      id: 1,
      publisher: 'p',
      player: 'a',
      description: 'words',
      createdAt: expect.stringMatching(TIMESTAMP),
      updatedAt: expect.stringMatching(TIMESTAMP),
      ...OF_PUBLISHER,
      ...OF_PLAYER,
      tokensNotBeforeS: 0,
    })
    expect(await streamIds.all()).toEqual([await streamIds.get('a')])
    expect(await streamIds.get('A')).toBeUndefined()
  })

  it('of a player alone are kept too', async () => {
    const { streamIds } = await open({ publisher: 'p', player: 'a', ...OF_PLAYER })
    expect(await streamIds.get('a')).toMatchObject({ ...DEFAULT_SETTINGS, ...OF_PLAYER })
    await streamIds.importAll([{ publisher: 'q', player: 'b', ...OF_PLAYER }], 'fail', false)
    expect(await streamIds.get('b')).toMatchObject({ ...DEFAULT_SETTINGS, ...OF_PLAYER })
  })

  it('are as without them if nothing is said', async () => {
    const database = await open({ publisher: 'p', player: 'a' })
    expect(await database.streamIds.get('a')).toMatchObject({ description: null, ...DEFAULT_SETTINGS })
    // The defaults of the columns, for rows that other programs write, are the same.
    await database.run(db => sql`INSERT INTO stream_ids (publisher, player) VALUES ('q', 'b')`.execute(db))
    expect(await database.streamIds.get('b')).toMatchObject({ description: null, ...DEFAULT_SETTINGS })
  })

  it('that belong to a publisher are taken over by its next player, those of a player are not', async () => {
    const { streamIds } = await open(
      { publisher: 'p', player: 'a', ...OF_PUBLISHER, ...OF_PLAYER },
      { publisher: 'p', player: 'b' },
    )
    expect(await streamIds.get('b')).toMatchObject({ ...DEFAULT_SETTINGS, ...OF_PUBLISHER })
  })

  it('that a new player names for its publisher change for all its players', async () => {
    const database = await open(
      { publisher: 'p', player: 'a', ...OF_PUBLISHER },
      { publisher: 'other', player: 'x', ...OF_PUBLISHER },
    )
    await age(database)
    await database.streamIds.add({ publisher: 'p', player: 'b', maxBitrateKbps: 1, passphrase: '' })
    const changed = { ...OF_PUBLISHER, maxBitrateKbps: 1, passphrase: '' }
    expect(await database.streamIds.get('a')).toMatchObject(changed)
    expect(await database.streamIds.get('a')).not.toMatchObject({ updatedAt: LONG_AGO })
    expect(await database.streamIds.get('b')).toMatchObject(changed)
    expect(await database.streamIds.get('x')).toMatchObject({ ...OF_PUBLISHER, updatedAt: LONG_AGO })
  })

  it('stay as they are when a player is refused', async () => {
    const { streamIds } = await open(
      { publisher: 'p', player: 'a', ...OF_PUBLISHER },
      { publisher: 'q', player: 'b' },
    )
    const again = streamIds.add({ publisher: 'p', player: 'b', passphrase: 'something else' })
    await expect(again).rejects.toMatchObject({ code: 'STREAM_ID_EXISTS' })
    expect(await streamIds.get('a')).toMatchObject(OF_PUBLISHER)
    expect(await streamIds.get('b')).toMatchObject({ publisher: 'q', passphrase: '' })
  })
})

describe('a change', () => {
  it('of an unknown player is none', async () => {
    const { streamIds } = await open({ publisher: 'p', player: 'a' })
    expect(await streamIds.update('p', { description: 'x', passphrase: 'x' })).toBe(false)
    expect(await streamIds.update('A', { publisher: 'p2' })).toBe(false)
    expect(await streamIds.all()).toMatchObject([{ publisher: 'p', player: 'a', description: null }])
  })

  it('leaves alone what it does not name, and says when', async () => {
    const database = await open(
      { publisher: 'p', player: 'a', description: 'words', ...OF_PUBLISHER, ...OF_PLAYER },
      { publisher: 'p', player: 'b' },
    )
    await age(database)
    const before = await database.streamIds.get('a')
    expect(await database.streamIds.update('a', { maxPlayers: 9 })).toBe(true)
    const after = await database.streamIds.get('a')
    expect(after).toEqual({ ...before, maxPlayers: 9, updatedAt: after?.updatedAt })
    expect(after?.updatedAt).not.toBe(LONG_AGO)
    expect(await database.streamIds.get('b')).toMatchObject({ updatedAt: LONG_AGO, maxPlayers: 0 })
  })

  it.each([
    [{ description: null }, { description: null }],
    [{ description: '' }, { description: '' }],
    [{ playNetworks: [] }, { playNetworks: [] }],
    [{ isTokensOnly: false }, { isTokensOnly: false }],
    [{ publicName: '' }, { publicName: '' }],
    [{ maxPlayers: 0 }, { maxPlayers: 0 }],
    [
      { passphrase: '', publishNetworks: [] },
      { passphrase: '', publishNetworks: [], bitrateGraceS: 0 },
    ],
    [{ bitrateGraceS: undefined }, { bitrateGraceS: 0 }],
  ])('to %j is one', async (patch, expected) => {
    const { streamIds } = await open({
      publisher: 'p',
      player: 'a',
      description: 'words',
      ...OF_PUBLISHER,
      ...OF_PLAYER,
    })
    expect(await streamIds.update('a', patch)).toBe(true)
    expect(await streamIds.get('a')).toMatchObject(expected)
  })

  it('of what belongs to the publisher goes to all its players and to nobody else', async () => {
    const { streamIds } = await open(
      { publisher: 'p', player: 'a' },
      { publisher: 'q', player: 'x' },
      { publisher: 'p', player: 'b', isTokensOnly: true },
    )
    await streamIds.update('b', { ...OF_PUBLISHER, maxPlayers: 1 })
    expect(await streamIds.get('a')).toMatchObject({ ...DEFAULT_SETTINGS, ...OF_PUBLISHER })
    expect(await streamIds.get('b')).toMatchObject({ ...OF_PUBLISHER, maxPlayers: 1, isTokensOnly: true })
    expect(await streamIds.get('x')).toMatchObject(DEFAULT_SETTINGS)
  })

  it('of the publisher moves one player, which takes over what belongs to the new one', async () => {
    const { streamIds } = await open(
      { publisher: 'p', player: 'a', ...OF_PUBLISHER },
      { publisher: 'p', player: 'b', ...OF_PLAYER },
      { publisher: 'q', player: 'x', passphrase: 'of the other' },
    )
    await streamIds.update('b', { publisher: 'q' })
    expect(await streamIds.get('a')).toMatchObject({ publisher: 'p', ...OF_PUBLISHER })
    const moved = { ...DEFAULT_SETTINGS, passphrase: 'of the other', ...OF_PLAYER }
    expect(await streamIds.get('b')).toMatchObject({ id: 2, publisher: 'q', ...moved })
    await streamIds.update('b', { publisher: 'p', bitrateGraceS: 99 })
    expect(await streamIds.get('a')).toMatchObject({ ...OF_PUBLISHER, bitrateGraceS: 99 })
    expect(await streamIds.get('b')).toMatchObject({ publisher: 'p', ...OF_PUBLISHER, bitrateGraceS: 99 })
    expect(await streamIds.get('x')).toMatchObject({ publisher: 'q', bitrateGraceS: 10 })
  })

  it('to a publisher that is new brings its settings along', async () => {
    const { streamIds } = await open(
      { publisher: 'p', player: 'a', ...OF_PUBLISHER },
      { publisher: 'p', player: 'b' },
    )
    await streamIds.update('b', { publisher: 'new', maxBitrateKbps: 7 })
    expect(await streamIds.get('b')).toMatchObject({ publisher: 'new', ...OF_PUBLISHER, maxBitrateKbps: 7 })
    expect(await streamIds.get('a')).toMatchObject({ publisher: 'p', ...OF_PUBLISHER })
  })

  it('voids tokens, and never makes them valid again', async () => {
    const { streamIds } = await open({ publisher: 'p', player: 'a' }, { publisher: 'p', player: 'b' })
    expect(await streamIds.voidTokens('a', 1_800_000_000)).toBe(true)
    expect(await streamIds.voidTokens('a', 1_700_000_000)).toBe(true)
    expect(await streamIds.voidTokens('nobody', 1_800_000_000)).toBe(false)
    expect(await streamIds.get('a')).toMatchObject({ tokensNotBeforeS: 1_800_000_000 })
    expect(await streamIds.get('b')).toMatchObject({ tokensNotBeforeS: 0 })
    await streamIds.update('a', { isTokensOnly: true, publisher: 'q' })
    expect(await streamIds.get('a')).toMatchObject({ tokensNotBeforeS: 1_800_000_000 })
  })

  it('is whole or not there when the disk is full', async () => {
    const long = { description: 'x'.repeat(60_000) }
    const database = await open({ publisher: 'p', player: 'a' }, { publisher: 'p', player: 'b' })
    const pages = Number(
      (await database.run(db => sql<{ page_count: number }>`PRAGMA page_count`.execute(db))).rows[0]
        ?.page_count,
    )
    await database.run(db => sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db))
    const change = database.streamIds.update('a', { ...OF_PUBLISHER, ...long })
    await expect(change).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: 'The database is full' })
    for (const record of await database.streamIds.all())
      expect(record).toMatchObject({ ...DEFAULT_SETTINGS, description: null })
    await database.run(db => sql.raw('PRAGMA max_page_count = 100000').execute(db))
    await database.streamIds.update('a', { ...OF_PUBLISHER, ...long })
    expect(await database.streamIds.get('b')).toMatchObject(OF_PUBLISHER)
  })
})

describe('looking for stream IDs', () => {
  const players = async (
    database: Database,
    filter: Partial<StreamIdFilter> & { scope?: PlayerScope | null } = {},
  ) => {
    const rows = await database.streamIds.find({ limit: 1000, scope: null, ...filter })
    return rows.map(row => row.player)
  }

  it('comes in pages, with one row more than asked', async () => {
    const entries = ['e', 'd', 'c', 'b', 'a'].map(player => ({ publisher: 'p', player }))
    const database = await open(...entries)
    expect(await players(database, { limit: 2 })).toEqual(['e', 'd', 'c'])
    expect(await players(database, { limit: 2, afterId: 2 })).toEqual(['c', 'b', 'a'])
    expect(await players(database, { limit: 2, afterId: 4 })).toEqual(['a'])
    expect(await players(database, { limit: 2, afterId: 5 })).toEqual([])
    await database.streamIds.remove('d')
    // A page goes on where the last one ended, even if that row has gone.
    expect(await players(database, { limit: 2, afterId: 2 })).toEqual(['c', 'b', 'a'])
  })

  it('takes a search as it is written, in player, publisher and description', async () => {
    const database = await open(
      { publisher: 'live_1', player: 'Studio', description: 'front' },
      { publisher: 'LIVE_2', player: '100%', description: null },
      { publisher: 'x', player: 'a\\b', description: "it's Live_3" },
      { publisher: 'x', player: 'livex4' },
    )
    expect(await players(database, { search: 'live_' })).toEqual(['Studio', '100%', 'a\\b'])
    expect(await players(database, { search: 'STUDIO' })).toEqual(['Studio'])
    expect(await players(database, { search: '%' })).toEqual(['100%'])
    expect(await players(database, { search: '\\' })).toEqual(['a\\b'])
    expect(await players(database, { search: '_b' })).toEqual([])
    expect(await players(database, { search: "'" })).toEqual(['a\\b'])
    expect(await players(database, { search: '' })).toHaveLength(4)
  })

  it('finds the pairs of one publisher, of some, and of all others', async () => {
    const database = await open(
      { publisher: 'p', player: 'a' },
      { publisher: 'q"', player: 'b' },
      { publisher: 'p', player: 'c' },
      { publisher: 'P', player: 'd' },
    )
    expect(await players(database, { publisher: 'p' })).toEqual(['a', 'c'])
    const ids = ['p', 'q"', 'nobody']
    expect(await players(database, { publishers: { isIn: true, ids } })).toEqual(['a', 'b', 'c'])
    expect(await players(database, { publishers: { isIn: false, ids } })).toEqual(['d'])
    expect(await players(database, { publishers: { isIn: true, ids: [] } })).toEqual([])
    expect(await players(database, { publishers: { isIn: false, ids: [] } })).toHaveLength(4)
    expect(await players(database, { publisher: 'p', search: 'C', publishers: { isIn: true, ids } })).toEqual(
      ['c'],
    )
  })

  it('stays within a scope, byte for byte', async () => {
    const names = ['a_1', 'a_2', 'ab1', 'A_1', '%x', 'x', 'é1', 'e\u03011', '😀1', 'a_']
    const database = await open(...names.map(player => ({ publisher: 'p', player })))
    const within = (scope: PlayerScope) => players(database, { scope })
    for (const prefix of ['a_', 'A', '%', '_', 'é', 'e', '😀', 'a_1', '\\', '*', '[a-z]', "'"])
      expect(await within({ prefix })).toEqual(names.filter(name => name.startsWith(prefix)))
    expect(await within({ players: ['x', 'A_1', 'nobody', '%', 'a"'] })).toEqual(['A_1', 'x'])
    expect(await within({ players: [] })).toEqual([])
    expect(await players(database, { scope: { prefix: 'a_' }, search: '1' })).toEqual(['a_1'])
    expect(await players(database, { scope: { prefix: 'a_' }, limit: 1, afterId: 1 })).toEqual(['a_2', 'a_'])
  })

  it('does not tell a scope by search what publisher it shares with others', async () => {
    const database = await open(
      { publisher: 'secret_1', player: 'a_1', description: 'words' },
      { publisher: 'secret_1', player: 'b_1' },
      { publisher: 'secret_2', player: 'a_2' },
      { publisher: 'secret_2', player: 'a_3' },
    )
    for (const scope of [{ prefix: 'a_' }, { players: ['a_1', 'a_2', 'a_3'] }]) {
      expect(await players(database, { scope, search: 'SECRET' })).toEqual(['a_2', 'a_3'])
      expect(await players(database, { scope, publisher: 'secret_1' })).toEqual([])
      expect(await players(database, { scope, publisher: 'secret_2' })).toEqual(['a_2', 'a_3'])
      expect(await players(database, { scope, search: 'WORD' })).toEqual(['a_1'])
      expect(await players(database, { scope, search: 'a_1' })).toEqual(['a_1'])
      expect(await players(database, { scope })).toEqual(['a_1', 'a_2', 'a_3'])
    }
    expect(await players(database, { search: 'secret' })).toHaveLength(4)
  })

  it('goes through ten thousand in pages without losing or repeating one', async () => {
    const database = await open()
    const rows = Array.from({ length: 10_000 }, (_, n) => ({
      publisher: `live_${Math.floor(n / 4)}`,
      player: `play_${n}`,
      description: n % 1000 === 0 ? 'Round' : null,
    }))
    await database.streamIds.importAll(rows, 'fail', false)
    const seen: string[] = []
    for (let afterId = 0; ; ) {
      const page = (await database.streamIds.find({ limit: 999, afterId, scope: null })).slice(0, 999)
      if (page.length === 0) break
      seen.push(...page.map(row => row.player))
      afterId = page.at(-1)?.id ?? 0
    }
    expect(seen).toEqual(rows.map(row => row.player))
    expect(await database.streamIds.all()).toHaveLength(10_000)
    expect(await players(database, { search: 'round' })).toHaveLength(10)
    expect(await players(database, { search: 'play_9999' })).toEqual(['play_9999'])
    expect(await players(database, { publisher: 'live_2499' })).toHaveLength(4)
    expect(await players(database, { scope: { prefix: 'play_99' } })).toHaveLength(111)
  })

  it('uses an index wherever the result is a small part', async () => {
    const database = await open()
    const plan = (filter: Partial<StreamIdFilter> & { scope?: PlayerScope }) =>
      database.run(async db =>
        JSON.stringify(
          await selectStreamIds(db, { limit: 9, scope: null, ...filter }).explain(undefined, sql`query plan`),
        ),
      )
    expect(await plan({ publisher: 'p' })).toContain('idx_stream_publisher (publisher=?)')
    const publishers = { isIn: true, ids: ['p'] }
    expect(await plan({ publishers })).toContain('idx_stream_publisher (publisher=?)')
    expect(await plan({ scope: { players: ['a'] } })).toContain('(player=?)')
    expect(await plan({ afterId: 5, search: 'x' })).toContain('PRIMARY KEY (rowid>?)')
  })
})
