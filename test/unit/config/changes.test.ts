import { describe, expect, it } from 'vitest'
import { changes } from '../../../src/config/changes.ts'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { DIRECTIVES } from '../../../src/config/directives.ts'
import { type ActiveRow, isActive, type Row } from '../../../src/config/row.ts'

const PORTS = 'listen_player 4000; listen_publisher 4001;'

function config(srt: string, ...servers: string[]): Config {
  const blocks = servers.map(server => `server { ${server} }`)
  const result = parseConfig({ text: `srt { ${srt} ${blocks.join(' ')} }`, source: 'sls.conf', env: {} })
  if ('config' in result) return result.config
  throw new Error(result.problems.map(({ text }) => text).join('\n'))
}

describe('changes', () => {
  it('are none between equal configurations', () => {
    const given = () =>
      config('trust_proxy 10.0.0.1 ::1; record_hls on;', `${PORTS} passphrase "a passphrase";`)
    expect(changes(given(), given())).toEqual({ live: [], listener: [], restart: [] })
  })

  it('are sorted by when they hold', () => {
    const before = config('http_port 8080; log_level info; ring_size 8m;', `${PORTS} latency_min 100;`)
    const after = config(
      'http_port 8081; log_level debug; ring_size 1536k;',
      `${PORTS} latency_min 200; latency_max 900;`,
    )
    expect(changes(before, after)).toEqual({
      live: [
        { directive: 'log_level', from: 'info', to: 'debug' },
        { directive: 'latency_max', server: 0, from: '0', to: '900' },
      ],
      listener: [{ directive: 'latency_min', server: 0, from: '100', to: '200' }],
      restart: [
        { directive: 'ring_size', from: '8m', to: '1536k' },
        { directive: 'http_port', from: '8080', to: '8081' },
      ],
    })
  })

  it('show what is unset, empty or a list as it is written', () => {
    const before = config('log_file "/var/my logs/x";', PORTS)
    const after = config(
      'trust_proxy 10.0.0.0/8, ::1; relay_mode timed;',
      `${PORTS} listen_publisher_srtla 4002;`,
    )
    expect(changes(before, after)).toEqual({
      live: [
        { directive: 'log_file', from: '"/var/my logs/x"', to: '""' },
        { directive: 'trust_proxy', from: '""', to: '10.0.0.0/8 ::1' },
      ],
      listener: [{ directive: 'listen_publisher_srtla', server: 0, from: 'unset', to: '4002' }],
      restart: [{ directive: 'relay_mode', from: 'unset', to: 'timed' }],
    })
  })

  it('mask secrets, and what may be one in a URL', () => {
    const before = config(
      'stat_post_url https://me:hunter2@example.org/s;',
      `${PORTS} passphrase "hunter2 hunter2";`,
    )
    const after = config('stat_post_url https://example.org/s?key=hunter2;', PORTS)
    const found = changes(before, after)
    expect(found.listener).toEqual([{ directive: 'passphrase', server: 0, from: '***', to: '""' }])
    expect(found.live).toEqual([
      { directive: 'stat_post_url', from: 'https://***@example.org/s', to: 'https://example.org/s?***' },
    ])
  })

  it('of a certificate are live, of TLS at all are not', () => {
    const plain = config('', PORTS)
    const tls = config('tls_cert /c.pem; tls_key /k.pem;', PORTS)
    const renewed = config('tls_cert /new.pem; tls_key /k.pem;', PORTS)
    expect(changes(tls, renewed)).toMatchObject({
      live: [{ directive: 'tls_cert', from: '/c.pem', to: '/new.pem' }],
      restart: [],
    })
    for (const [before, after] of [
      [plain, tls],
      [tls, plain],
    ] as const) {
      const { live, restart } = changes(before, after)
      expect(live).toEqual([])
      expect(restart.map(({ directive }) => directive)).toEqual(['tls_cert', 'tls_key'])
    }
  })

  it('of keys are seen and not shown', () => {
    const keys = (permissions: string) =>
      `api_keys '[{"key":"hunter2hunter2hunter2","name":"ci","permissions":"${permissions}"}]';`
    const found = changes(config(keys('read'), PORTS), config(keys('admin'), PORTS))
    expect(found.live).toEqual([{ directive: 'api_keys', from: '***', to: '***' }])
    expect(changes(config(keys('read'), PORTS), config(keys('read'), PORTS)).live).toEqual([])
  })

  it('name server blocks that came or went', () => {
    const one = config('', PORTS)
    const two = config('', PORTS, 'listen_player 5000; listen_publisher 5001; backlog 7;')
    const change = { directive: 'server', server: 1 }
    expect(changes(one, two).listener).toEqual([{ ...change, from: 'absent', to: 'present' }])
    expect(changes(two, one).listener).toEqual([{ ...change, from: 'present', to: 'absent' }])
  })

  it('see every directive that has an effect', () => {
    const given = config('', PORTS)
    const rows = (block: 'srt' | 'server') => (DIRECTIVES[block] as readonly Row[]).filter(isActive)
    const other = (block: 'srt' | 'server') =>
      Object.fromEntries(rows(block).map(({ key }) => [key, 'changed']))
    // Not values a parser could give, but each differs from what was there.
    const changed = { ...given, srt: other('srt'), servers: [other('server')] } as unknown as Config
    const found = changes(given, changed)
    // Every text was empty before, or is not what it was.
    const whenSwitched = (row: ActiveRow) => row.applyOfSwitch ?? row.apply
    for (const apply of ['live', 'listener', 'restart'] as const) {
      const expected = [...rows('srt'), ...rows('server')].filter(row => whenSwitched(row) === apply)
      expect(found[apply].map(({ directive }) => directive)).toEqual(expected.map(({ name }) => name))
    }
  })
})
