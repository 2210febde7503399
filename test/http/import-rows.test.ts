import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromCsv, toCsv } from '../../src/http/routes/stream-ids/csv.ts'
import { readImport } from '../../src/http/routes/stream-ids/import-rows.ts'
import type { StreamIdDetail } from '../../src/http/schemas/stream-ids.ts'
import { AppError } from '../../src/lib/errors.ts'
import { row } from './some-row.ts'

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
