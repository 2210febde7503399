import { describe, expect, it } from 'vitest'
import { type ConfigResult, parseConfig } from '../../../src/config/config.ts'
import { describeDirectives } from '../../../src/config/describe.ts'
import { BLOCK_NAMES, DIRECTIVES } from '../../../src/config/directives.ts'
import type { Kind } from '../../../src/config/kinds.ts'
import { type BlockName, isActive, type Row } from '../../../src/config/row.ts'

interface Case {
  block: BlockName
  row: Row
}

const ROWS: Case[] = BLOCK_NAMES.flatMap(block => DIRECTIVES[block].map((row): Case => ({ block, row })))

const TLS_TWINS: Record<string, string> = { tls_cert: 'tls_key', tls_key: 'tls_cert' }

/** A configuration in which one directive has the value; latency_max is out of the way of latency_min. */
function confWith({ block, row }: Case, value: string): string {
  const line = `${row.name} ${value};`
  const ports = ['listen_player 1000;', 'listen_publisher 1001;'].filter(
    port => !port.startsWith(`${row.name} `),
  )
  // Needed beside it, or the value would contradict a default.
  const beside = row.name === 'pbkeylen' ? 'passphrase "a passphrase";' : ''
  const twin = TLS_TWINS[row.name]
  const besideInSrt = twin === undefined || value === '""' ? '' : `${twin} /x.pem;`
  const inSrt = (block === 'srt' ? line : '') + besideInSrt + transportFor(row)
  const inServer = block === 'server' ? line : ''
  const relay = block === 'relay' ? `relay { ${line} }` : ''
  return `srt { ${inSrt} server { ${ports.join(' ')} ${beside} ${inServer} ${relay} } }`
}

/** The one with which a directive may have every value. */
const transportFor = (row: Row) =>
  row.name === 'relay_mode' || (isActive(row) && row.onlyDirect) ? 'transport direct;' : ''

const parse = (text: string, env = {}): ConfigResult => parseConfig({ text, source: 'sls.conf', env })

const problemsOf = (result: ConfigResult): string[] =>
  'problems' in result ? result.problems.map(({ text }) => text) : []

const quote = (value: string) => `"${value}"`

/** Values at the bounds of a kind, as they are written. */
function accepted(kind: Kind): string[] {
  switch (kind.type) {
    case 'integer': {
      const special = kind.special === undefined ? [] : [String(kind.special.value)]
      return [String(kind.min), String(kind.max), ...special]
    }
    case 'size':
      return [String(kind.min), `${kind.max / 1024}k`, `${kind.max / 1024 / 1024}M`]
    case 'choice':
      return [...kind.values, ...Object.keys(kind.aliases), ...kind.values.map(value => value.toUpperCase())]
    case 'number-choice':
      return kind.values.map(String)
    case 'switch':
      return ['on', 'off']
    case 'text':
      return [
        'x'.repeat(kind.minBytes),
        'x'.repeat(kind.maxBytes),
        ...(kind.emptyMeans === undefined ? [] : ['""']),
      ]
    case 'url':
      return ['""', 'http://127.0.0.1:80/a?b=c', 'https://example.org']
    case 'address':
      return ['0.0.0.0', '::', '192.0.2.1', '2001:db8::1']
    case 'networks':
      return ['""', '10.0.0.1', '10.0.0.0/0 10.0.0.0/32', '::1/128, ::/0']
    case 'words':
      return ['a', 'a b c']
    case 'origins':
      return ['""', '*', 'https://a.example', 'http://a.example:8080 https://b.example', 'null', 'app://x']
    case 'keys':
      return ['""', "'[]'", `'${KEYS}'`, Buffer.from(KEYS).toString('base64'), base64Url(KEYS)]
  }
}

/** Its base64 has characters in which the two alphabets differ. */
const KEYS = '[{"key":"0123456789abcdef","name":"~~~???","permissions":"read"}]'

const base64Url = (text: string) => Buffer.from(text).toString('base64url')

/** Values just beyond the bounds. */
function refused(kind: Kind): string[] {
  switch (kind.type) {
    case 'integer': {
      const below = kind.special === undefined ? kind.min - 1 : kind.special.value - 1
      return [String(below), String(kind.max + 1), '1.5', '0x10', 'one', '""', '9'.repeat(30), '1 2']
    }
    case 'size':
      return [String(kind.min - 1), String(kind.max + 1), '-8m', '8g', 'm', '""']
    case 'choice':
      return ['x', '""', 'constructor', kind.values.join(' ')]
    case 'number-choice':
      return ['-1', '1', '""', String(Math.max(...kind.values) + 1)]
    case 'switch':
      return ['1', 'true', '""', 'on off']
    case 'text': {
      const empty = kind.emptyMeans === undefined ? ['""'] : []
      const short = kind.minBytes > 1 ? ['x'.repeat(kind.minBytes - 1)] : []
      return ['x'.repeat(kind.maxBytes + 1), quote('\u0007'), ...empty, ...short]
    }
    case 'url':
      return ['example.org', 'ftp://example.org', 'http://', 'http:/x', '"http://a b/"', 'javascript:1']
    case 'address':
      return ['localhost', '256.0.0.1', '[::1]', '""', '::1%lo', '10.0.0.0/8', '1.2.3.4 1.2.3.5']
    case 'networks':
      return ['localhost', '10.0.0.0/33', '::/129', '10.0.0.1/', '10.0.0.1/8/8', '::1%lo', '10.0.0.1/-1']
    case 'words':
      return [quote('\u0007')]
    case 'origins':
      return ['https://münchen.example', 'https://a.example https://ü.example', quote('\u0007')]
    case 'keys':
      return ['x', '{}', "'{}'", '"[{}]"', "'[1'", 'W10=W10=', base64Url('{}'), base64Url('[\xff]').slice(1)]
  }
}

describe.each(ROWS)('$block $row.name', given => {
  const { row } = given

  it.each(accepted(row.kind))('accepts %s', value => {
    const result = parse(confWith(given, value))
    expect(problemsOf(result)).toEqual([])
    expect('config' in result && result.config.warnings.length > 0).toBe(
      !isActive(row) ||
        `${row.name} ${value}` === 'worker_threads 100' ||
        `${row.name} ${value}` === 'idle_streams_timeout 0' ||
        (row.name === 'authz' && value.toLowerCase() !== 'on'),
    )
  })

  it.each(refused(row.kind))('refuses %s', value => {
    const problems = problemsOf(parse(confWith(given, value)))
    expect(problems.length).toBeGreaterThanOrEqual(1)
    // A control character is reported where it stands, before anybody knows whose value it is in.
    if (!value.includes('\u0007')) expect(problems[0]).toContain(row.name)
  })

  it('is written the same everywhere', () => {
    expect(row.name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(row.explanation).toMatch(/^[A-Z:].*\.$/)
    expect(row.explanation.slice(0, -1)).not.toContain('. ')
  })
})

const ACTIVE = ROWS.flatMap(({ block, row }) => (isActive(row) ? [{ block, row }] : []))

describe.each(ACTIVE)('$block $row.name', ({ block, row }) => {
  const UNITS: Record<string, string> = {
    s: 'S',
    ms: 'Ms',
    days: 'Days',
    bytes: 'Bytes',
    packets: 'Packets',
    'per minute': 'PerMinute',
  }

  it('has its unit in the field, once', () => {
    const camel = row.name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const unit = row.kind.type === 'size' ? 'bytes' : 'unit' in row.kind ? row.kind.unit : ''
    const suffix = UNITS[unit] ?? ''
    // Named for what it is; the directive is older than the list.
    if (row.name === 'cors_header') expect(row.key).toBe('corsOrigins')
    else expect(row.key).toBe(camel.endsWith(suffix) ? camel : camel + suffix)
  })

  it('has the default in the configuration when nobody sets it', () => {
    const result = parse('srt { server { listen_player 1000; listen_publisher 1001; } }')
    if (!('config' in result)) throw new Error('refused')
    const fields: Record<string, unknown> =
      block === 'srt' ? { ...result.config.srt } : { ...result.config.servers[0] }
    expect(Object.keys(fields)).toContain(row.key)
    if (!row.required) expect(fields[row.key]).toEqual(row.default)
  })

  it('can be set by its variable', () => {
    const [value = ''] = accepted(row.kind).filter(each => !/["']/.test(each))
    const twin = TLS_TWINS[row.name]
    const beside: Record<string, string> = {
      ...(row.name === 'pbkeylen' ? { SLS_PASSPHRASE: 'a passphrase' } : {}),
      ...(twin === undefined ? {} : { [`SLS_${twin.toUpperCase()}`]: '/x.pem' }),
      ...(transportFor(row) === '' ? {} : { SLS_TRANSPORT: 'direct' }),
    }
    const env = { ...beside, [`SLS_${row.name.toUpperCase()}`]: value }
    const byVariable = parse('srt { server { listen_player 1000; listen_publisher 1001; } }', env)
    const byFile = parse(confWith({ block, row }, value), beside)
    expect(problemsOf(byVariable)).toEqual([])
    if (!('config' in byVariable) || !('config' in byFile)) throw new Error('refused')
    const { srt, servers, origins } = byVariable.config
    expect({ srt, servers }).toEqual({ srt: byFile.config.srt, servers: byFile.config.servers })
    const place = `environment SLS_${row.name.toUpperCase()}`
    const origin = (block === 'srt' ? origins.srt : origins.servers[0])?.get(row.name)
    expect(origin).toEqual({ source: 'environment', place })
  })
})

describe('the table', () => {
  it('has each directive once in a block', () => {
    const names = ROWS.map(({ block, row }) => `${block} ${row.name}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it('has no name both in the srt and in the server block', () => {
    const inSrt = new Set<string>(DIRECTIVES.srt.map(({ name }) => name))
    expect(DIRECTIVES.server.filter(({ name }) => inSrt.has(name))).toEqual([])
  })

  it('describes each directive', () => {
    const described = describeDirectives()
    expect(described.map(({ block, name }) => `${block} ${name}`)).toEqual(
      ROWS.map(({ block, row }) => `${block} ${row.name}`),
    )
    expect(described.find(({ name }) => name === 'latency_min')).toEqual({
      block: 'server',
      blocks: ['srt', 'server'],
      name: 'latency_min',
      variable: 'SLS_LATENCY_MIN',
      range: '0 to 5000 ms',
      default: '0',
      required: false,
      apply: 'listener',
      secret: false,
      ignored: undefined,
      example: '0',
      explanation: 'Least SRT latency of publishers, whatever they ask for; 0 leaves it to them.',
    })
    expect(described.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
      'api_keys',
      'metrics_token',
      'token_secret',
      'passphrase',
    ])
  })

  it('says for every directive with an effect when a change of it holds', () => {
    const named = (apply: string) =>
      describeDirectives()
        .filter(each => each.apply === apply)
        .map(({ name }) => name)
        .sort()
    expect(named('listener')).toEqual([
      'backlog',
      'latency_min',
      'listen_player',
      'listen_publisher',
      'listen_publisher_srtla',
      'passphrase',
      'pbkeylen',
      'reorder_tolerance',
      'srt_host',
    ])
    expect(named('restart')).toEqual([
      'database_path',
      'egress_batch_ms',
      'http_host',
      'http_port',
      'max_rexmit_percent',
      'pid_file',
      'player_latency_floor',
      'port_sharing',
      'relay_mode',
      'ring_size',
      'transport',
      'udp_send',
      'worker_connections',
      'worker_threads',
    ])
  })
})
