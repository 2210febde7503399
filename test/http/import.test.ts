import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'
import { row } from './some-row.ts'

const IMPORT = '/api/stream-ids/import'
let server: RealServer

beforeEach(async () => {
  server = await buildRealServer()
})

type Query = '' | `?${string}`

const send = (body: unknown, query: Query = '', type?: string) =>
  ask(server.app, `POST ${IMPORT}${query}`, {
    key: server.keys.write,
    body,
    ...(type === undefined ? {} : { type }),
  })

const exported = async (format: 'csv' | 'json') =>
  ask(server.app, `GET /api/stream-ids?format=${format}`, { key: server.keys.read })

/** Everything that is stored, but for the time of the last write. */
const stored = async () => (await server.database.streamIds.all()).map(({ updatedAt, ...rest }) => rest)

const audited = async () =>
  (await server.audit.find({ limit: 100 })).map(({ action, details }) => ({ action, details }))

describe('POST /api/stream-ids/import', () => {
  it('puts all rows in force at once', async () => {
    const response = await send({
      stream_ids: [
        { publisher: 'p1', player: 'a', passphrase: 'a passphrase', max_players: 3 },
        { publisher: 'p1', player: 'b', description: 'B', tokens_only: true },
        { publisher: 'p2', player: 'c', publish_networks: ['192.0.2.0/24'] },
      ],
    })
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe(
      '{"data":{"created":3,"dry_run":false,"skipped":0,"updated":0},"status":"success"}',
    )
    expect(await stored()).toMatchObject([
      { player: 'a', passphrase: 'a passphrase', maxPlayers: 3 },
      { player: 'b', passphrase: 'a passphrase', isTokensOnly: true, description: 'B' },
      { player: 'c', publishNetworks: ['192.0.2.0/24'] },
    ])
    expect(server.engine.connect({ listener: 'publish:4001', streamId: 'p1' })).toHaveProperty('connectionId')
    expect(server.engine.connect({ listener: 'publish:4001', streamId: 'p2' })).toEqual({
      refused: 'network',
    })
    expect(await audited()).toEqual([
      { action: 'stream-id.imported', details: { created: 3, updated: 0, skipped: 0, on_conflict: 'fail' } },
    ])
  })

  it('takes a bare array, and CSV whose media type has parameters', async () => {
    expect((await send([{ publisher: 'p', player: 'a' }])).json().data.created).toBe(1)
    const csv = 'player,publisher,max_players\r\nb,p,7\r\n'
    expect((await send(csv, '', 'Text/CSV; charset=utf-8')).json().data.created).toBe(1)
    expect(await stored()).toMatchObject([{ player: 'a' }, { player: 'b', maxPlayers: 7 }])
    expect((await send(csv)).json()).toMatchObject({ code: 'BODY_INVALID', message: 'Invalid JSON body' })
  })

  it('does everything but keep it with dry_run', async () => {
    await send([{ publisher: 'p', player: 'a' }])
    const before = await stored()
    const rows = [
      { publisher: 'p', player: 'a', max_players: 9 },
      { publisher: 'p', player: 'b' },
    ]
    const response = await send(rows, '?dry_run=true&on_conflict=update')
    expect(response.json().data).toEqual({ created: 1, updated: 1, skipped: 0, dry_run: true })
    expect((await send(rows, '?dry_run=true')).json().code).toBe('IMPORT_INVALID')
    expect(await stored()).toEqual(before)
    expect(await audited()).toHaveLength(1)
    expect(server.engine.connect({ listener: 'play:4000', streamId: 'b' })).toEqual({
      refused: 'unknown-stream-id',
    })
  })

  it('fails, skips or updates where a player exists', async () => {
    await send([
      { publisher: 'p', player: 'a', max_players: 1, passphrase: 'a passphrase', description: 'A' },
    ])
    const rows = [
      { publisher: 'p', player: 'a', max_players: 2, description: null },
      { publisher: 'p', player: 'b' },
    ]
    const failed = await send(rows)
    expect(failed.statusCode).toBe(400)
    expect(failed.json()).toEqual({
      code: 'IMPORT_INVALID',
      message: 'Nothing was imported: row 1, player exists already',
      problems: [{ where: 'row 1, player', what: 'exists already' }],
      status: 'error',
    })
    expect(await stored()).toHaveLength(1)
    expect((await send(rows, '?on_conflict=skip')).json().data).toMatchObject({ created: 1, skipped: 1 })
    expect(await stored()).toMatchObject([{ maxPlayers: 1, description: 'A' }, { player: 'b' }])
    expect((await send(rows, '?on_conflict=update')).json().data).toMatchObject({ created: 0, updated: 2 })
    expect(await stored()).toMatchObject([
      { maxPlayers: 2, description: null, passphrase: 'a passphrase' },
      { player: 'b' },
    ])
  })

  it('refuses all if one row is wrong, and names every one that is', async () => {
    const response = await send([
      { publisher: 'p', player: 'a' },
      { publisher: 'p', player: 'b', play_networks: ['nonsense'] },
      { publisher: '', player: 'c', passphrase: 'short' },
    ])
    expect(response.statusCode).toBe(400)
    const { code, problems } = response.json()
    expect(code).toBe('IMPORT_INVALID')
    expect(problems.map(({ where }: { where: string }) => where)).toEqual([
      'row 2, play_networks',
      'row 3, publisher',
      'row 3, passphrase',
    ])
    expect(response.body).not.toMatch(/nonsense|short/)
    expect(await stored()).toEqual([])
    expect(await audited()).toEqual([])
  })

  it.each([['?dry_run=1'], ['?on_conflict=replace'], ['?dryrun=true'], ['?limit=5']] as const)(
    'refuses the query %s',
    async query => {
      expect((await send([], query)).json().code).toBe('QUERY_INVALID')
    },
  )

  it('takes 16 MiB, and no more', async () => {
    const limit = 16 * 1024 * 1024
    expect((await send('[]'.padEnd(limit))).statusCode).toBe(200)
    const response = await send('[]'.padEnd(limit + 1))
    expect(response.statusCode).toBe(413)
    expect(response.json().message).toBe(`The body is larger than ${limit} bytes`)
  })

  it('takes thousands of rows', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `player_${index},publisher_${index % 1000}`)
    const response = await send(['player,publisher', ...lines].join('\n'), '', 'text/csv')
    expect(response.json().data).toMatchObject({ created: 5000 })
    expect(server.streamIds.playersOf('publisher_7')).toHaveLength(5)
  })

  const unique = fc.uniqueArray(row, { maxLength: 6, selector: ({ player }) => player })

  it.each(['csv', 'json'] as const)('changes nothing with its own export as %s', async format => {
    const type = format === 'csv' ? 'text/csv' : 'application/json'
    await fc.assert(
      fc.asyncProperty(unique, async details => {
        for (const { player } of await stored()) await server.database.streamIds.remove(player)
        await server.gatekeeper.refresh()
        const rows = details.map(
          ({ publisher, player, description, play_networks, publish_networks, ...rest }) => ({
            ...{ publisher, player, description, play_networks, publish_networks },
            ...{ max_players: rest.max_players, tokens_only: rest.tokens_only, passphrase: 'a passphrase' },
            ...{ max_bitrate_kbps: rest.max_bitrate_kbps, bitrate_grace_s: rest.bitrate_grace_s },
          }),
        )
        expect((await send(rows)).statusCode).toBe(200)
        const before = await stored()
        const out = await exported(format)
        expect(out.statusCode).toBe(200)
        const back = await send(
          format === 'csv' ? out.body : { stream_ids: out.json().data },
          '?on_conflict=update',
          type,
        )
        expect([back.statusCode, back.json()]).toMatchObject([
          200,
          { data: { created: 0, updated: details.length } },
        ])
        expect(await stored()).toEqual(before)
      }),
      { numRuns: 25 },
    )
  })
})

describe('GET /api/stream-ids?format=', () => {
  it('is a file, filtered, in one piece and without passphrases', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => ({
      publisher: `p${index % 2}`,
      player: `q${index}`,
      passphrase: 'a secret of SRT',
    }))
    await send(rows)
    const csv = await exported('csv')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toBe('attachment; filename="stream-ids.csv"')
    expect(csv.body.split('\r\n')).toHaveLength(1202)
    const json = await exported('json')
    expect(json.headers['content-type']).toBe('application/json')
    expect(Object.keys(json.json())).toEqual(['data', 'status'])
    expect(json.json().data).toHaveLength(1200)
    expect(csv.body + json.body).not.toContain('a secret of SRT')
    const some = await ask(server.app, 'GET /api/stream-ids?format=csv&publisher=p1', {
      key: server.keys.read,
    })
    expect(some.body.split('\r\n')).toHaveLength(602)
  })

  it.each(['?format=xml', '?format=csv&limit=5', '?format=json&cursor=MQ'] as const)(
    'refuses %s',
    async query => {
      const response = await ask(server.app, `GET /api/stream-ids${query}`, { key: server.keys.read })
      expect(response.json().code).toBe('QUERY_INVALID')
    },
  )
})
