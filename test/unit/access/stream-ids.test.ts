import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type PublisherSettings, stricter } from '../../../src/access/publisher-settings.ts'
import { RouteIndex } from '../../../src/access/route-index.ts'
import { routesOf, type StreamIdRecord } from '../../../src/access/routes.ts'
import { streamIdProblem } from '../../../src/access/stream-id-rules.ts'
import type { RouteRules } from '../../../src/engine/contract.ts'
import { changedRoutes } from '../../fixtures/changed-routes.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

describe('streamIdProblem', () => {
  it.each([
    'a',
    'live/studio cam',
    '#!::r=x,m=publish',
    ' ',
    '配信',
    '🎥',
    '\u00a0',
    '\u2028',
    'x'.repeat(512),
    'é'.repeat(256),
  ])('accepts %j', id => expect(streamIdProblem(id)).toBeUndefined())

  it.each([
    [undefined, 'must be a string'],
    [5, 'must be a string'],
    [['a'], 'must be a string'],
    ['', 'must not be empty'],
    ['x'.repeat(513), 'must be at most 512 bytes of UTF-8, but has 513'],
    ['é'.repeat(257), 'must be at most 512 bytes of UTF-8, but has 514'],
    ['a\nb', 'must not hold control characters, but holds U+000A'],
    ['\0', 'must not hold control characters, but holds U+0000'],
    ['\u007f', 'must not hold control characters, but holds U+007F'],
    ['a\u0085', 'must not hold control characters, but holds U+0085'],
    ['\u009f', 'must not hold control characters, but holds U+009F'],
    ['a\ud800', 'must be well-formed Unicode, but holds half of a surrogate pair'],
    ['\udc00\ud800', 'must be well-formed Unicode, but holds half of a surrogate pair'],
  ])('refuses %j', (id, problem) => expect(streamIdProblem(id)).toBe(problem))

  it('accepts exactly the well-formed texts of 1 to 512 bytes without control characters', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 40 }))
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    const text = fc.oneof(
      anyText,
      units.map(codes => String.fromCharCode(...codes)),
    )
    fc.assert(
      fc.property(text, id => {
        const bytes = new TextEncoder().encode(id)
        const isWellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === id
        const isControl = (code: number) => code < 0x20 || (code >= 0x7f && code <= 0x9f)
        const hasControl = [...id].some(character => isControl(character.codePointAt(0) ?? 0))
        const isFine = isWellFormed && !hasControl && bytes.length >= 1 && bytes.length <= 512
        expect(streamIdProblem(id) === undefined).toBe(isFine)
      }),
      { numRuns: 500 },
    )
  })
})

const DEFAULTS = {
  passphrase: '',
  maxPlayers: 0,
  maxBitrateKbps: 0,
  bitrateGraceS: 10,
  publishNetworks: [],
  playNetworks: [],
  isTokensOnly: false,
  tokensNotBeforeS: 0,
}

const pair = (
  id: number,
  publisher: string,
  player: string,
  more: Partial<StreamIdRecord> = {},
): StreamIdRecord => ({ id, publisher, player, ...DEFAULTS, ...more })

const rules = (id: number, more: Partial<RouteRules> = {}): RouteRules => ({
  passphrase: '',
  networks: [],
  maxPlayers: 0,
  maxRateKbps: 0,
  rateGraceMs: 0,
  tokenSubject: id === 0 ? '' : String(id),
  isTokenRequired: false,
  tokensNotBeforeS: 0,
  ...more,
})

describe('routesOf', () => {
  it('gives one route a publisher and one a player', () => {
    const pairs = [
      pair(1, 'studio', 'a'),
      pair(2, 'field', 'b'),
      pair(3, 'studio', 'c'),
      pair(4, 'same', 'same'),
    ]
    expect(routesOf(pairs)).toEqual({
      routes: [
        { role: 'publish', streamId: 'studio', streamKey: 'studio' },
        { role: 'publish', streamId: 'field', streamKey: 'field' },
        { role: 'publish', streamId: 'same', streamKey: 'same' },
        { role: 'play', streamId: 'a', streamKey: 'studio', rules: rules(1) },
        { role: 'play', streamId: 'b', streamKey: 'field', rules: rules(2) },
        { role: 'play', streamId: 'c', streamKey: 'studio', rules: rules(3) },
        { role: 'play', streamId: 'same', streamKey: 'same', rules: rules(4) },
      ],
      warnings: [],
    })
    expect(routesOf([])).toEqual({ routes: [], warnings: [] })
  })

  it('leaves out what no peer can send, and names the row without the ID', () => {
    const secret = 's3cret'.repeat(100)
    const { routes, warnings } = routesOf([
      pair(1, '', ''),
      pair(2, 'studio', 'a\tb'),
      pair(3, secret, 'orphan'),
      pair(4, 'studio', 'good'),
    ])
    expect(routes).toEqual([
      { role: 'publish', streamId: 'studio', streamKey: 'studio' },
      { role: 'play', streamId: 'good', streamKey: 'studio', rules: rules(4) },
    ])
    expect(warnings).toEqual([
      'stream_ids row 1: its publisher must not be empty; left out',
      'stream_ids row 1: its player must not be empty; left out',
      'stream_ids row 2: its player must not hold control characters, but holds U+0009; left out',
      'stream_ids row 3: its publisher must be at most 512 bytes of UTF-8, but has 600; left out',
    ])
  })

  it('gives each half its rules, the publisher the strictest of its rows', () => {
    const studio = { passphrase: 'correct horse', maxBitrateKbps: 900, publishNetworks: ['192.0.2.0/24'] }
    const { routes, warnings } = routesOf([
      pair(1, 'studio', 'a', { ...studio, maxPlayers: 5, playNetworks: ['::1'], isTokensOnly: true }),
      pair(2, 'studio', 'b', { ...studio, passphrase: '', tokensNotBeforeS: 7 }),
    ])
    expect(routes.map(route => route.rules)).toEqual([
      rules(0, {
        passphrase: 'correct horse',
        networks: ['192.0.2.0/24'],
        maxRateKbps: 900,
        rateGraceMs: 10_000,
      }),
      rules(1, { passphrase: 'correct horse', networks: ['::1'], maxPlayers: 5, isTokenRequired: true }),
      rules(2, { passphrase: 'correct horse', tokensNotBeforeS: 7 }),
    ])
    expect(warnings).toEqual([
      'stream_ids row 1: other rows of its publisher say other things of the publisher; the strictest of each holds',
    ])
  })

  it('takes the strictest wherever it stands', () => {
    const rows = [
      pair(1, 'studio', 'a', { publishNetworks: ['192.0.2.0/24', '::1'] }),
      pair(2, 'studio', 'b', { passphrase: 'correct horse', maxBitrateKbps: 900 }),
      pair(3, 'studio', 'c', { maxBitrateKbps: 500, bitrateGraceS: 2, publishNetworks: ['::1'] }),
    ]
    const strictest = { passphrase: 'correct horse', networks: ['::1'], maxRateKbps: 500, rateGraceMs: 2000 }
    for (const order of [rows, rows.toReversed()]) {
      const { routes, warnings } = routesOf(order)
      expect(routes[0]).toMatchObject({ role: 'publish', rules: strictest })
      expect(routes.slice(1).map(route => route.rules?.passphrase)).toEqual(Array(3).fill('correct horse'))
      expect(warnings).toHaveLength(1)
    }
  })

  it('shuts a publisher whose rows have no network in common', () => {
    const { routes, warnings } = routesOf([
      pair(1, 'studio', 'a', { publishNetworks: ['192.0.2.1'] }),
      pair(2, 'studio', 'b', { publishNetworks: ['192.0.2.2'] }),
      pair(3, 'studio', 'c'),
      pair(4, 'field', 'd'),
    ])
    expect(routes.map(route => route.streamId)).toEqual(['field', 'd'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^stream_ids row 1: .*publish_networks; left out$/)
  })

  it('shuts a publisher that has a row which is not sound, rather than open it with less', () => {
    const rows = [
      pair(1, 'studio', 'a', { passphrase: 'short' }),
      pair(2, 'studio', 'b'),
      pair(3, 'field', 'c', { playNetworks: ['0:0:0:0:0:ffff:192.0.2.0/24'] }),
      pair(4, 'field', 'd', { tokensNotBeforeS: -1 }),
    ]
    for (const order of [rows, rows.toReversed()]) {
      const { routes, warnings } = routesOf(order)
      expect(routes).toEqual([{ role: 'publish', streamId: 'field', streamKey: 'field' }])
      expect(warnings.toSorted().map(warning => warning.slice(0, 16))).toEqual(
        [1, 3, 4].map(id => `stream_ids row ${id}`),
      )
      expect(warnings.join()).not.toContain('short')
    }
  })

  it('never routes a player to a stream that nobody may publish', () => {
    const id = fc.constantFrom('', 'a', 'b', 'c', '\n', 'x'.repeat(600))
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.nat(), publisher: id, player: id })), pairs => {
        const { routes } = routesOf(pairs.map(each => pair(each.id, each.publisher, each.player)))
        const published = routes.filter(route => route.role === 'publish').map(route => route.streamId)
        expect(new Set(published).size).toBe(published.length)
        for (const { streamId, streamKey } of routes) {
          expect(published).toContain(streamKey)
          expect(streamIdProblem(streamId)).toBeUndefined()
        }
      }),
    )
  })
})

describe('stricter', () => {
  const settings: fc.Arbitrary<PublisherSettings> = fc.record({
    passphrase: fc.constantFrom('', 'correct horse', 'battery staple'),
    maxBitrateKbps: fc.nat(3),
    bitrateGraceS: fc.nat(3),
    publishNetworks: fc.uniqueArray(fc.constantFrom('192.0.2.1', '192.0.2.2', '::1')),
  })

  it('allows nothing that one of the two does not', () => {
    fc.assert(
      fc.property(settings, settings, (a, b) => {
        const both = stricter(a, b)
        for (const one of [a, b]) {
          if (both === undefined) expect(one.publishNetworks).not.toEqual([])
          else {
            expect(both.passphrase !== '').toBe(a.passphrase !== '' || b.passphrase !== '')
            expect(both.bitrateGraceS).toBeLessThanOrEqual(one.bitrateGraceS)
            if (one.maxBitrateKbps > 0)
              expect([...Array(one.maxBitrateKbps + 1).keys()].slice(1)).toContain(both.maxBitrateKbps)
            if (one.publishNetworks.length > 0) {
              expect(both.publishNetworks).not.toEqual([])
              for (const network of both.publishNetworks) expect(one.publishNetworks).toContain(network)
            }
          }
        }
      }),
    )
  })
})

describe('RouteIndex', () => {
  const publish = (id: string) => ({ role: 'publish', streamId: id, streamKey: id }) as const
  const play = (streamId: string, streamKey: string) => ({ role: 'play', streamId, streamKey }) as const

  it('keeps the roles apart', () => {
    const index = new RouteIndex([publish('a'), play('b', 'a')])
    expect(index.find('publish', 'a')?.streamKey).toBe('a')
    expect(index.find('play', 'b')?.streamKey).toBe('a')
    expect(index.find('play', 'a')).toBeUndefined()
    expect(index.find('publish', 'b')).toBeUndefined()
    expect(index.find('play', 'toString')).toBeUndefined()
  })

  it('changes as if it were built anew, and says what the engine has to change', () => {
    const publisher = fc.constantFrom('p', 'q', 'r')
    const rows = fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), publisher, fc.nat(2)), {
        selector: ([player]) => player,
      })
      .map(list => list.map(([player, of, maxPlayers], id) => pair(id + 1, of, player, { maxPlayers })))
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const index = new RouteIndex(routesOf(before).routes)
        const all = ['p', 'q', 'r']
        const { gone, put } = index.replaceOf(all, routesOf(after).routes)
        const whole = new RouteIndex(routesOf(after).routes)
        expect(index.equals(whole)).toBe(true)
        for (const name of all)
          expect([...index.playersOf(name)].sort()).toEqual([...whole.playersOf(name)].sort())
        expect(index.playerCount).toBe(after.length)
        const engine = new RouteIndex(changedRoutes(routesOf(before).routes, gone, put))
        expect(engine.equals(whole)).toBe(true)
        expect(index.replaceOf(all, routesOf(after).routes)).toEqual({ gone: [], put: [] })
      }),
    )
  })

  it('leaves alone a player that another process has given to another publisher', () => {
    const index = new RouteIndex([publish('a'), play('v', 'a'), publish('b')])
    index.replaceOf(['b'], [publish('b'), play('v', 'b')])
    expect(index.replaceOf(['a'], [])).toEqual({ gone: [{ role: 'publish', streamId: 'a' }], put: [] })
    expect(index.find('play', 'v')?.streamKey).toBe('b')
  })

  it('compares without regard to order', () => {
    const index = new RouteIndex([publish('a'), play('b', 'a')])
    expect(index.equals(new RouteIndex([play('b', 'a'), publish('a')]))).toBe(true)
    for (const routes of [
      [],
      [publish('a')],
      [publish('a'), play('c', 'a')],
      [publish('a'), play('b', 'z')],
    ]) {
      expect(index.equals(new RouteIndex(routes))).toBe(false)
    }
  })
})
