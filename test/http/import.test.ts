import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { fromCsv, toCsv } from '../../src/http/routes/stream-ids/csv.ts'
import { readImport } from '../../src/http/routes/stream-ids/import-rows.ts'
import type { StreamIdDetail } from '../../src/http/schemas/stream-ids.ts'
import { AppError } from '../../src/lib/errors.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const id = text.filter(each => !/[\p{Cc}\p{Surrogate}]/u.test(each))
const AWKWARD = ['a,b', '"quoted"', '=1+1', ' blank ', ';', '#x', "it's", 'a""b', '"', '@x', '\u00a0', '😀']
const networks = fc.subarray(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'])
const row: fc.Arbitrary<StreamIdDetail> = fc.record({
  id: fc.integer({ min: 1 }),
  publisher: fc.oneof(id, fc.constantFrom(...AWKWARD)),
  player: fc.oneof(id, fc.constantFrom(...AWKWARD)),
  description: fc.option(fc.oneof(text, fc.constantFrom(...AWKWARD, 'a\nb', 'a\r\nb', '\r', '\n', '\ufeff'))),
  max_players: fc.nat(100_000),
  play_networks: networks,
  tokens_only: fc.boolean(),
  public_name: fc.oneof(text, fc.constantFrom(...AWKWARD)),
  max_bitrate_kbps: fc.nat(1_000_000),
  bitrate_grace_s: fc.nat(3600),
  publish_networks: networks,
  has_passphrase: fc.boolean(),
  live: fc.boolean(),
  players: fc.nat(),
  tokens_not_before: fc.constant(null),
  created_at: fc.constant(null),
  updated_at: fc.constant(null),
})

function imported(detail: StreamIdDetail) {
  const { publisher, player, description, play_networks, publish_networks } = detail
  return {
    publisher,
    player,
    ...(description === null ? {} : { description }),
    ...(play_networks.length === 0 ? {} : { playNetworks: play_networks }),
    ...(publish_networks.length === 0 ? {} : { publishNetworks: publish_networks }),
    maxPlayers: detail.max_players,
    isTokensOnly: detail.tokens_only,
    ...(detail.public_name === '' ? {} : { publicName: detail.public_name }),
    maxBitrateKbps: detail.max_bitrate_kbps,
    bitrateGraceS: detail.bitrate_grace_s,
  }
}

function refusalOf(act: () => unknown): AppError {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('CSV', () => {
  it('comes back from an import as it went into the export, whatever the texts are', () => {
    const rows = fc.array(row, { maxLength: 8 })
    fc.assert(
      fc.property(rows, details => {
        expect(readImport(toCsv(details), 'text/csv')).toEqual(details.map(imported))
      }),
      { numRuns: 300 },
    )
  })

  it('has a header line and CRLF, networks with blanks between them, and no passphrase', () => {
    const detail = {
      ...{ id: 1, publisher: 'p', player: 'q, "r"', description: null, max_players: 5, tokens_only: true },
      ...{ play_networks: [], publish_networks: ['192.0.2.0/24', '2001:db8::1'], bitrate_grace_s: 10 },
      ...{ max_bitrate_kbps: 0, has_passphrase: true, live: true, players: 2 },
      ...{ tokens_not_before: null, created_at: null, updated_at: null, public_name: 'Main, "live"' },
    }
    expect(toCsv([detail])).toBe(
      'player,publisher,description,max_players,max_bitrate_kbps,bitrate_grace_s,publish_networks,play_networks,' +
        'tokens_only,public_name,has_passphrase\r\n"q, ""r""",p,,5,0,10,192.0.2.0/24 2001:db8::1,,true,' +
        '"Main, ""live""",true\r\n',
    )
  })

  it('is read with any end of line, a byte order mark, columns in any order and what spreadsheets make of it', () => {
    const rows = [{ player: 'q', publisher: 'p', tokens_only: true, max_players: 7 }]
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = ['max_players,publisher,player,tokens_only,live,id', '7,p,q,TRUE,true,12', '']
      expect(fromCsv(lines.join(end))).toEqual(rows)
      expect(fromCsv(`\ufeff${lines.join(end)}`)).toEqual(rows)
    }
    expect(fromCsv('player,publisher')).toEqual([])
    expect(fromCsv('player,publisher,passphrase\nq,p,0123456789\n')).toEqual([
      { player: 'q', publisher: 'p', passphrase: '0123456789' },
    ])
  })

  it.each([
    ['', ['header needs the column player', 'header needs the column publisher']],
    ['player;publisher\nq;p', ['header needs the column player', 'header needs the column publisher']],
    ['player,publisher,colour\n', ['header has an unknown column "colour"']],
    ['player,publisher,player\n', ['header has the column player twice']],
    [
      'player,publisher\nq,p\nq,p,x\nq\n',
      ['row 2 has 3 fields, but the header 2', 'row 3 has 1 fields, but the header 2'],
    ],
  ])('is refused: %j', (csv, sentences) => {
    const { code, problems = [] } = refusalOf(() => fromCsv(csv))
    expect(code).toBe('IMPORT_INVALID')
    expect(problems.map(({ where, what }) => `${where} ${what}`)).toEqual(expect.arrayContaining(sentences))
  })

  it('is refused without a word of its own text where a quote is missing', () => {
    const refusal = refusalOf(() =>
      fromCsv('player,publisher,passphrase\nq,"p,0123456789\nq2,p2,9876543210\n'),
    )
    expect(refusal.code).toBe('BODY_INVALID')
    expect(refusal.message).toMatch(/^Invalid CSV body: a quote is missing or too many in line \d+$/)
  })
})

describe('CSV that nothing can be imported from', () => {
  const HEADER = 'player,publisher\n'

  it.each([
    ['rows beyond number', `${HEADER}${'q,p\n'.repeat(100_001)}"`, 'at most 100000 rows, but it has more'],
    ['an endless header', 'a,'.repeat(40_000), 'a line has more than 65536 characters'],
    ['an endless row', `${HEADER}${','.repeat(65_537)}`, 'a line has more than 65536 characters'],
  ])('is refused: %s', (_, csv, sentence) => {
    const { code, message } = refusalOf(() => fromCsv(csv))
    expect(code).toBe('BODY_INVALID')
    expect(message).toContain(sentence)
  })

  // The quote at the end would be another refusal.
  it('is read up to the hundredth problem', () => {
    const { code, problems } = refusalOf(() => fromCsv(`${HEADER}${'q\n'.repeat(200)}"`))
    expect(code).toBe('IMPORT_INVALID')
    expect(problems).toHaveLength(100)
    expect(problems?.at(-1)).toEqual({ where: 'row 100', what: 'has 1 fields, but the header 2' })
    const columns = Array.from({ length: 500 }, (_, index) => `c${index % 300}`).join()
    expect(refusalOf(() => fromCsv(`${columns}\n"`)).problems).toHaveLength(100)
  })
})

describe('the rows of an import', () => {
  it('are refused by row and field, a hundred problems at most', () => {
    const { code, message, problems } = refusalOf(() =>
      readImport(
        [
          { publisher: 'p', player: 'q' },
          { publisher: 'p', max_players: -1 },
          7,
          { publisher: 1, player: 'q', x: 1 },
        ],
        'application/json',
      ),
    )
    expect(code).toBe('IMPORT_INVALID')
    expect(message).toMatch(/^Nothing was imported: row 2, /)
    expect(problems?.map(({ where }) => where).sort()).toEqual([
      'row 2, max_players',
      'row 2, player',
      'row 3',
      'row 4, publisher',
      'row 4, x',
    ])
    const many = Array.from({ length: 500 }, () => ({}))
    expect(refusalOf(() => readImport(many, '')).problems).toHaveLength(100)
  })

  it.each([{}, { stream_ids: 5 }, 'text', null, { rows: [] }])('are not in %j', body => {
    expect(refusalOf(() => readImport(body, 'application/json')).code).toBe('BODY_INVALID')
  })

  it('are 100 000 at most', () => {
    const rows = Array.from({ length: 100_001 }, () => 0)
    expect(refusalOf(() => readImport(rows, ''))).toMatchObject({
      code: 'BODY_INVALID',
      message: 'Invalid body: at most 100000 rows, but it has 100001',
    })
  })

  it('may be rows of an export, whose derived fields are left aside', () => {
    fc.assert(
      fc.property(row, detail => {
        const [read] = readImport({ stream_ids: [detail] }, 'application/json')
        const { play_networks: playNetworks, publish_networks: publishNetworks } = detail
        const { description } = detail
        expect(read).toEqual({ ...imported(detail), description, playNetworks, publishNetworks })
      }),
      { numRuns: 100 },
    )
  })
})

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
