import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { type ConfiguredKey, readConfiguredKeys } from '../../../src/config/configured-keys.ts'

const KEY = 'hunter2hunter2hunter2'

const entry = (fields: Record<string, unknown> = {}) => ({
  key: KEY,
  name: 'ci',
  permissions: 'read',
  ...fields,
})

function read(text: string): unknown {
  const reading = readConfiguredKeys(text)
  return 'value' in reading ? reading.value : reading.refusals
}

function whatsOf(text: string): string[] {
  const reading = readConfiguredKeys(text)
  return 'refusals' in reading ? reading.refusals.map(({ what }) => what) : []
}

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)),
})
const streamId = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter(id => !/[\p{Cc}\p{Cs}]/u.test(id))
const scope = fc.oneof(
  fc.constant(null),
  fc.record({ prefix: streamId }),
  fc.record({ players: fc.array(streamId, { minLength: 1, maxLength: 5 }) }),
)
const keys: fc.Arbitrary<ConfiguredKey[]> = fc
  .array(
    fc.record({
      key: visible.filter(key => key.length <= 400),
      permissions: fc.constantFrom('read', 'write', 'admin'),
      scope,
    }),
    { maxLength: 8 },
  )
  // The index makes both unique and the key long enough.
  .map(list =>
    list.map((each, index) => ({ ...each, key: `${index}-0123456789abcd${each.key}`, name: `n${index}` })),
  )

describe('keys of the configuration', () => {
  it('are read as JSON, and as base64 of either alphabet, wrapped or not', () => {
    fc.assert(
      fc.property(keys, list => {
        const json = JSON.stringify(list)
        const base64 = Buffer.from(json).toString('base64')
        const wrapped = base64.replaceAll(/.{1,76}/g, '$&\n')
        const url = Buffer.from(json).toString('base64url')
        for (const text of [json, ` ${json}\n`, base64, wrapped, url]) expect(read(text)).toEqual(list)
      }),
    )
  })

  it('are frozen, and unscoped where the scope is left out or null', () => {
    const [left, none] = [entry(), entry({ key: `${KEY}2`, name: 'b', scope: null })]
    const value = read(JSON.stringify([left, none])) as ConfiguredKey[]
    expect(value).toEqual([{ ...left, scope: null }, none])
    expect([value, ...value].map(each => Object.isFrozen(each))).toEqual([true, true, true])
  })

  it.each(['', '  ', '[]', 'W10=', 'W10'])('%j is none', text => expect(read(text)).toEqual([]))

  it('are at most a thousand', () => {
    const many = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, i) => entry({ key: `${KEY}${i}`, name: `n${i}` })))
    expect(read(many(1000))).toHaveLength(1000)
    expect(whatsOf(many(1001))).toEqual(['must have at most 1000 entries; it has 1001'])
  })

  it.each([
    [entry({ key: 'x'.repeat(16) }), undefined],
    [entry({ key: 'x'.repeat(512) }), undefined],
    [entry({ key: 'x'.repeat(15) }), 'key must be 16 to 512 printable ASCII characters without spaces'],
    [entry({ key: 'x'.repeat(513) }), 'key must be 16 to 512 printable ASCII characters without spaces'],
    [entry({ key: `${KEY}\u00fc` }), 'key must be 16 to 512 printable ASCII characters without spaces'],
    [entry({ name: 'x'.repeat(256) }), undefined],
    [entry({ name: 'x'.repeat(257) }), 'name must be 1 to 256 printable characters'],
    [entry({ name: 'a\nb' }), 'name must be 1 to 256 printable characters'],
    [entry({ name: ' ' }), 'name must be 1 to 256 printable characters'],
    [entry({ permissions: 'Admin' }), 'permissions must be one of read, write, admin'],
    [entry({ scope: { prefix: 'x'.repeat(512) } }), undefined],
    [entry({ scope: { prefix: 'ü'.repeat(257) } }), expect.stringContaining('scope.prefix must be')],
    [entry({ scope: { players: ['a\u0000'] } }), expect.stringContaining('scope.players must be')],
    [entry({ scope: {} }), 'scope must be {"players":["…"]} or {"prefix":"…"}'],
    [entry({ scope: false }), 'scope must be {"players":["…"]} or {"prefix":"…"}'],
    [entry({ scop: null }), 'has a field that is none of key, name, permissions, scope'],
    [[entry()], 'must be an object with key, name and permissions'],
    [null, 'must be an object with key, name and permissions'],
  ])('%#', (given, what) => {
    const found = whatsOf(JSON.stringify([given]))
    expect(found).toEqual(what === undefined ? [] : [expect.anything()])
    if (what !== undefined) expect(found[0]?.replace(/^entry 1: /, '')).toEqual(what)
  })

  it('need no trust in the names of fields', () => {
    expect(whatsOf(`[{"__proto__":{"key":"${KEY}"},"name":"a","permissions":"read"}]`)).toEqual([
      'entry 1: has a field that is none of key, name, permissions, scope',
      'entry 1: key is missing',
    ])
  })
})

describe('a key in a configuration that is refused', () => {
  // On one line: what is on the next one after a `}` that closes the srt block can't be told from a directive.
  const junk = fc.constantFrom('[', ']', '{', '}', '"', "'", ',', ':', ' ', ';', '\\', '#', KEY, `"${KEY}"`)
  const words = fc.constantFrom('"key":', '"name":', '"permissions":', '"read"', '"scope":', 'null', '1')
  const values = fc.oneof(
    fc.array(fc.oneof({ arbitrary: junk, weight: 3 }, words), { maxLength: 30 }).map(parts => parts.join('')),
    fc.json({ maxDepth: 3 }).map(json => json.replaceAll(/"[^"]*"/g, `"${KEY}"`)),
    fc.constantFrom(
      JSON.stringify([entry({ permissions: 'x' })]),
      JSON.stringify([entry(), entry()]),
      JSON.stringify([entry({ [KEY]: KEY })]),
      JSON.stringify(entry()),
      JSON.stringify([entry({ permissions: 'x' }), entry({ scope: { players: [KEY, KEY] } }), KEY], null, 2),
      `[{ "key": "${KEY}", "name": "a b", "permissions" : "read" } , ${KEY} ${KEY}]`,
    ),
  )
  const quoting = fc.constantFrom<(text: string) => string>(
    text => text,
    text => `'${text}'`,
    text => `"${text}"`,
    text => Buffer.from(text).toString('base64'),
  )

  const problemsOf = (conf: string, env = {}) => {
    const result = parseConfig({ text: conf, source: 'x', env })
    return JSON.stringify('config' in result ? result.config.warnings : [result.warnings, result.problems])
  }

  it('is in no problem and no warning, however it was written', () => {
    fc.assert(
      fc.property(values, quoting, (value, quote) => {
        const conf = `srt { api_keys ${quote(value)}; server { listen_player 1; listen_publisher 2; } }`
        expect(problemsOf(conf)).not.toContain('hunter2')
        expect(problemsOf(conf)).not.toContain(Buffer.from(KEY).toString('base64').slice(0, 12))
      }),
      { numRuns: 3000 },
    )
  })

  it('is in none of a variable either', () => {
    fc.assert(
      fc.property(values, quoting, (value, quote) => {
        const conf = 'srt { server { listen_player 1; listen_publisher 2; } }'
        expect(problemsOf(conf, { SLS_API_KEYS: quote(value) })).not.toContain('hunter2')
      }),
      { numRuns: 1000 },
    )
  })
})
