import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashKey } from '../../../src/access/api-keys.ts'
import { KeyRing } from '../../../src/access/key-ring.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { AccessLog } from '../../../src/store/access-log.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { DEFAULT_SETTINGS } from '../../../src/store/stream-id-record.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { OPENIRL_KEYS, writeOpenIrlDatabase } from '../../fixtures/openirl.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

function oldDatabase(): string {
  const path = join(tempFolder(), 'streams.db')
  writeOpenIrlDatabase(path)
  return path
}

const OLD_COLUMNS = {
  stream_ids: 'id, publisher, player, description, created_at, updated_at',
  api_keys: 'id, key_hash, name, permissions, created_at, last_used, active',
  access_logs: 'id, api_key_id, endpoint, method, ip_address, timestamp, response_code',
}

/** Every row of the three tables in the columns of the old server, and what it has defined for each column. */
function contents(path: string): unknown {
  const handle = new BetterSqlite3(path, { readonly: true })
  const parts = Object.entries(OLD_COLUMNS).map(([table, columns]) => ({
    table,
    rows: handle.prepare(`SELECT ${columns} FROM ${table} ORDER BY id`).all(),
    columns: handle
      .prepare(`SELECT * FROM pragma_table_info(?)`)
      .all(table)
      .slice(0, columns.split(',').length),
    indexes: handle
      .prepare(`SELECT name FROM pragma_index_list(?) WHERE name <> 'idx_access_logs_api_key' ORDER BY name`)
      .all(table),
  }))
  handle.close()
  return parts
}

/** What the old server does with its file: foreign keys off, no busy timeout. */
function oldServer(path: string) {
  const handle = new BetterSqlite3(path, { timeout: 0 })
  onTestFinished(() => void handle.close())
  for (const pragma of ['foreign_keys = OFF', 'journal_mode = WAL', 'synchronous = NORMAL'])
    handle.pragma(pragma)
  return {
    list: () =>
      handle
        .prepare('SELECT publisher, player, description FROM stream_ids ORDER BY publisher, player')
        .all(),
    add: (publisher: string, player: string) =>
      handle
        .prepare('INSERT INTO stream_ids (publisher, player, description) VALUES (?, ?, ?)')
        .run(publisher, player, ''),
    authenticate(key: string): unknown {
      const row = handle
        .prepare('SELECT id, permissions FROM api_keys WHERE key_hash = ? AND active = 1')
        .get(hashKey(key))
      handle.prepare('UPDATE api_keys SET last_used = CURRENT_TIMESTAMP WHERE key_hash = ?').run(hashKey(key))
      return row
    },
    logUnknownKey: () =>
      handle
        .prepare(
          'INSERT INTO access_logs (api_key_id, endpoint, method, ip_address, response_code) VALUES (?, ?, ?, ?, ?)',
        )
        .run(-1, '/api/stream-ids', 'GET', '192.0.2.9', 401),
  }
}

describe('a database of the server we replace', () => {
  it('opens with every row and old column unchanged, and a second time too', async () => {
    const path = oldDatabase()
    const before = contents(path)
    const first = await openDatabase({ path })
    expect(first.applied).toEqual(['0001-openirl-baseline', '0002-control-plane', '0003-events-and-history'])
    await first.close()
    expect(contents(path)).toEqual(before)
    const second = await openDatabase({ path })
    expect(second.applied).toEqual([])
    await second.close()
    expect(contents(path)).toEqual(before)
  })

  it('comes to the same tables and indexes as a new database', async () => {
    const path = oldDatabase()
    await (await openDatabase({ path })).close()
    const fresh = join(tempFolder(), 'fresh.db')
    await (await openDatabase({ path: fresh })).close()
    const shape = (file: string) => {
      const handle = new BetterSqlite3(file, { readonly: true })
      const definitions = handle
        .prepare(
          `SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'kysely%' AND tbl_name NOT LIKE 'kysely%' ORDER BY name`,
        )
        .all()
      handle.close()
      return JSON.stringify(definitions)
        .replace(/\\n|\s/g, '')
        .replaceAll('IFNOTEXISTS', '')
    }
    expect(shape(fresh)).toBe(shape(path))
  })

  it('changes nothing of what a stream ID or a key may do', async () => {
    const database = await openDatabase({ path: oldDatabase() })
    onTestFinished(() => database.close())
    const records = await database.streamIds.all()
    expect(records[0]).toEqual({
      id: 1,
      publisher: 'live_studio',
      player: 'play_studio',
      description: 'Studio A',
      createdAt: '2026-01-02 03:04:05',
      updatedAt: '2026-01-02 03:04:05',
      ...DEFAULT_SETTINGS,
      tokensNotBeforeS: 0,
    })
    for (const record of records) expect(record).toMatchObject({ ...DEFAULT_SETTINGS, tokensNotBeforeS: 0 })
    for (const key of await database.apiKeys.all())
      expect(key).toMatchObject({ prefix: null, expiresAtMs: null, scope: null, rateLimit: null })
  })

  it('is not misread by who may not bring it up to date', async () => {
    const database = await openDatabase({ path: oldDatabase(), readonly: true })
    onTestFinished(() => database.close())
    const refusal = { code: 'STORE_UNAVAILABLE', hint: 'Run: sls migrate' }
    await expect(database.streamIds.all()).rejects.toMatchObject(refusal)
    await expect(database.apiKeys.all()).rejects.toMatchObject(refusal)
  })

  it('gives a player that the old server adds what belongs to its publisher', async () => {
    const path = oldDatabase()
    const database = await openDatabase({ path })
    onTestFinished(() => database.close())
    const settings = {
      passphrase: 'a long secret',
      maxBitrateKbps: 8000,
      bitrateGraceS: 3,
      publishNetworks: ['192.0.2.0/24'],
    }
    await database.streamIds.update('play_studio', { ...settings, maxPlayers: 5, isTokensOnly: true })
    const old = oldServer(path)
    old.add('live_studio', 'from_old')
    old.add('another', 'another_from_old')
    expect(await database.streamIds.get('from_old')).toMatchObject({
      ...DEFAULT_SETTINGS,
      ...settings,
      publisher: 'live_studio',
    })
    expect(await database.streamIds.get('another_from_old')).toMatchObject(DEFAULT_SETTINGS)
  })

  it('keeps its stream IDs and keys working', async () => {
    const database = await openDatabase({ path: oldDatabase() })
    onTestFinished(() => database.close())
    const rows = await database.streamIds.all()
    expect(rows.map(row => [row.publisher, row.player, row.description])).toEqual([
      ['live_studio', 'play_studio', 'Studio A'],
      ['live_studio', 'play_studio_backup', null],
      ['live/field', 'play/field cam', ''],
      ['küche_配信', 'play_küche', 'not ASCII'],
      ['same', 'same', null],
      ['', '', null],
    ])
    const keys = new KeyRing({ store: database.apiKeys })
    await keys.reload()
    expect(await keys.ensureFirstKey()).toBeUndefined()
    expect(keys.verify(OPENIRL_KEYS.admin)).toMatchObject({
      id: 1,
      name: 'Default Admin Key',
      permissions: 'admin',
    })
    expect(keys.verify(OPENIRL_KEYS.write)).toMatchObject({
      id: 2,
      name: 'deploy script',
      permissions: 'write',
    })
    expect(keys.verify(OPENIRL_KEYS.odd)).toMatchObject({ id: 3, name: 'odd', permissions: 'read' })
    expect(keys.verify(OPENIRL_KEYS.inactive)).toBeUndefined()
  })

  it('is not troubled by log rows of unknown keys (-1)', async () => {
    const path = oldDatabase()
    const database = await openDatabase({ path })
    const clock = { ...systemClock, nowMs: () => Date.parse('2026-02-12T00:00:00Z') }
    const accessLog = new AccessLog({
      database,
      clock,
      log: memoryLog().log,
      onDropped: () => expect.fail('dropped'),
    })
    const record = { endpoint: '/api/keys', method: 'POST', ipAddress: '192.0.2.3', responseCode: 200 }
    accessLog.record({
      ...record,
      apiKeyId: 1,
      apiKeyName: 'Default Admin Key',
      atMs: clock.nowMs(),
      requestId: 'r-1',
      wouldDeny: null,
    })
    await accessLog.flush()
    // One of them is of key -1.
    expect(await accessLog.prune(10)).toBe(3)
    await database.close()
    const handle = new BetterSqlite3(path, { readonly: true })
    onTestFinished(() => void handle.close())
    expect(handle.prepare('SELECT api_key_id, timestamp FROM access_logs ORDER BY id').raw().all()).toEqual([
      [-1, '2026-02-11 00:00:00'],
      [1, '2026-02-12 00:00:00'],
    ])
  })

  it('still serves the old server, even beside ours', async () => {
    const path = oldDatabase()
    const database = await openDatabase({ path })
    onTestFinished(() => database.close())
    await database.streamIds.add({ publisher: 'new', player: 'new_play' })
    const id = await database.apiKeys.insert({ hash: hashKey('k'), name: 'n', permissions: 'write' })
    const old = oldServer(path)
    expect(old.list()).toContainEqual({ publisher: 'new', player: 'new_play', description: null })
    expect(old.authenticate('k')).toEqual({ id, permissions: 'write' })
    expect(old.authenticate(OPENIRL_KEYS.inactive)).toBeUndefined()
    old.logUnknownKey()
    old.add('old', 'old_play')
    expect((await database.streamIds.all()).at(-1)).toMatchObject({ publisher: 'old', player: 'old_play' })
    await expect(database.streamIds.add({ publisher: 'x', player: 'old_play' })).rejects.toMatchObject({
      code: 'STREAM_ID_EXISTS',
      message: "Stream ID with player 'old_play' already exists",
    })
  })
})
