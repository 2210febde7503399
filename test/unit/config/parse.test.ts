import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { describeDirectives } from '../../../src/config/describe.ts'
import { text } from '../../../src/config/kinds.ts'
import { showValue } from '../../../src/config/show.ts'
import { checkParse } from '../../fuzz/conf/invariants.mjs'

const CORPUS = fileURLToPath(new URL('../../fuzz/conf/corpus/', import.meta.url))

const NAMES = describeDirectives().map(({ name }) => name)
const PUNCTUATION = [
  '{',
  '}',
  ';',
  ';',
  '\n',
  ' ',
  '\t',
  '\r\n',
  '#',
  '"',
  "'",
  '\\',
  '"\\"',
  '\u00a0',
  '\u200b',
  '\0',
]
const VALUES = ['0', '-1', '4000', '4001', 'on', 'info', '::', '0.0.0.0', 'http://h/{a}', '""', 'x', '8m']

/** Text made of what the grammar is made of: gets deeper than arbitrary text. */
const confLike = fc
  .array(
    fc.constantFrom('srt', 'server', 'relay', 'srt {', 'server {', ...PUNCTUATION, ...VALUES, ...NAMES),
    { maxLength: 80 },
  )
  .map(parts => parts.join(' '))

const glued = fc
  .array(fc.constantFrom('srt', 'server', ...PUNCTUATION, ...VALUES), { maxLength: 60 })
  .map(parts => parts.join(''))

describe('any text', () => {
  const check = (conf: string) => checkParse(parseConfig, Buffer.from(conf))

  it('is a configuration or has problems at places in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), check), { numRuns: 2000 })
  })

  it('of the words of the grammar is one or the other, too', () => {
    fc.assert(fc.property(confLike, check), { numRuns: 2000 })
    fc.assert(fc.property(glued, check), { numRuns: 2000 })
  })

  it('of bytes is one or the other, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), data => checkParse(parseConfig, data)),
      { numRuns: 1000 },
    )
  })

  it.each([
    '{',
    'server {',
    'srt{',
    'relay{',
    '"',
    '}',
    ';',
    'a ',
    'a;',
    '\\',
    '"\\',
    '# ',
    '\0',
    '\u00a0',
    '"a" ',
  ])('%j repeated until it is long is one or the other, too', part =>
    checkParse(parseConfig, Buffer.from(part.repeat(3000))),
  )

  it('of the fuzz corpus is one or the other, too', () => {
    const names = readdirSync(CORPUS)
    expect(names.length).toBeGreaterThanOrEqual(15)
    for (const name of names) checkParse(parseConfig, readFileSync(CORPUS + name))
  })
})

describe('a value', () => {
  const isPlain = (value: string) => !/[\p{Cc}\p{Cf}\p{Cs}\uFFFD]/u.test(value)
  const values = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(isPlain)

  it('is read as it was written', () => {
    fc.assert(
      fc.property(values, value => {
        const written = showValue(text(1, 4096), value)
        const conf = `srt{log_file ${written};server{listen_player 1;listen_publisher 2;}}`
        const result = parseConfig({ text: conf, source: 'x', env: {} })
        expect('config' in result && result.config.srt.logFile).toBe(value)
      }),
    )
  })

  it('of a variable is taken literally', () => {
    fc.assert(
      fc.property(values, value => {
        const conf = 'srt { server { listen_player 1; listen_publisher 2; } }'
        const result = parseConfig({ text: conf, source: 'x', env: { SLS_LOG_FILE: value } })
        expect('config' in result && result.config.srt.logFile).toBe(value)
      }),
    )
  })
})

describe('a configuration', () => {
  const conf = 'srt { trust_proxy ::1; record_hls on; server { listen_player 1; listen_publisher 2; } }'

  it('is frozen at every level', () => {
    const result = parseConfig({ text: conf, source: 'x', env: {} })
    if (!('config' in result)) throw new Error('refused')
    const { config } = result
    const parts = [
      config,
      config.srt,
      config.srt.trustProxy,
      config.servers,
      config.servers[0],
      config.warnings,
      config.origins,
      config.origins.servers,
      config.input,
      config.srt.apiKeys,
    ]
    expect(parts.map(part => Object.isFrozen(part))).toEqual(parts.map(() => true))
    expect(config.warnings).toHaveLength(1)
  })

  it('names its source', () => {
    const result = parseConfig({ text: conf, source: 'etc/sls.conf', env: {} })
    expect('config' in result && result.config.source).toBe('etc/sls.conf')
  })
})

describe('problems', () => {
  it('never show a secret', () => {
    const golden = readFileSync(
      new URL('../../golden/conf/no-secret-in-a-problem.txt', import.meta.url),
      'utf8',
    )
    const [input = '', expected = ''] = golden.split('\n----\n')
    expect(input).toContain('hunter2')
    expect(expected).toContain('passphrase')
    expect(expected).not.toContain('hunter2')
  })
})
