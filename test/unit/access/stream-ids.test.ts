import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { RouteIndex } from '../../../src/access/route-index.ts'
import { routesOf } from '../../../src/access/routes.ts'
import { streamIdProblem } from '../../../src/access/stream-id-rules.ts'

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

describe('routesOf', () => {
  it('gives one route a publisher and one a player', () => {
    const pairs = [
      { id: 1, publisher: 'studio', player: 'a' },
      { id: 2, publisher: 'field', player: 'b' },
      { id: 3, publisher: 'studio', player: 'c' },
      { id: 4, publisher: 'same', player: 'same' },
    ]
    expect(routesOf(pairs)).toEqual({
      routes: [
        { role: 'publish', streamId: 'studio', streamKey: 'studio' },
        { role: 'publish', streamId: 'field', streamKey: 'field' },
        { role: 'publish', streamId: 'same', streamKey: 'same' },
        { role: 'play', streamId: 'a', streamKey: 'studio' },
        { role: 'play', streamId: 'b', streamKey: 'field' },
        { role: 'play', streamId: 'c', streamKey: 'studio' },
        { role: 'play', streamId: 'same', streamKey: 'same' },
      ],
      warnings: [],
    })
    expect(routesOf([])).toEqual({ routes: [], warnings: [] })
  })

  it('leaves out what no peer can send, and names the row without the ID', () => {
    const secret = 's3cret'.repeat(100)
    const { routes, warnings } = routesOf([
      { id: 1, publisher: '', player: '' },
      { id: 2, publisher: 'studio', player: 'a\tb' },
      { id: 3, publisher: secret, player: 'orphan' },
      { id: 4, publisher: 'studio', player: 'good' },
    ])
    expect(routes).toEqual([
      { role: 'publish', streamId: 'studio', streamKey: 'studio' },
      { role: 'play', streamId: 'good', streamKey: 'studio' },
    ])
    expect(warnings).toEqual([
      'stream_ids row 1: its publisher must not be empty',
      'stream_ids row 1: its player must not be empty',
      'stream_ids row 2: its player must not hold control characters, but holds U+0009',
      'stream_ids row 3: its publisher must be at most 512 bytes of UTF-8, but has 600',
    ])
  })

  it('never routes a player to a stream that nobody may publish', () => {
    const id = fc.constantFrom('', 'a', 'b', 'c', '\n', 'x'.repeat(600))
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.nat(), publisher: id, player: id })), pairs => {
        const { routes } = routesOf(pairs)
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

describe('RouteIndex', () => {
  const publish = (id: string) => ({ role: 'publish', streamId: id, streamKey: id }) as const
  const play = (streamId: string, streamKey: string) => ({ role: 'play', streamId, streamKey }) as const

  it('keeps the roles apart', () => {
    const index = new RouteIndex([publish('a'), play('b', 'a')])
    expect(index.streamKeyOf('publish', 'a')).toBe('a')
    expect(index.streamKeyOf('play', 'b')).toBe('a')
    expect(index.streamKeyOf('play', 'a')).toBeUndefined()
    expect(index.streamKeyOf('publish', 'b')).toBeUndefined()
    expect(index.streamKeyOf('play', 'toString')).toBeUndefined()
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
