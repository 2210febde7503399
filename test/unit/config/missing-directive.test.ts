import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { BLOCK_NAMES, DIRECTIVES } from '../../../src/config/directives.ts'

const golden = readFileSync(new URL('../../golden/conf/every-old-directive.txt', import.meta.url), 'utf8')
const [OLD = ''] = golden.split('\n----\n')

/** Every directive there is: the old ones as they are, ours put in front of them in their blocks. */
const FULL = OLD.replace(
  'srt {',
  'srt {\n    http_host ::;\n    trust_proxy ::1;\n    access_log_retention_days 7;\n    relay_mode timed;\n    transport libsrt;\n    shutdown_timeout 5;\n    pid_file /tmp/p;\n    ring_size 1m;\n    tls_cert /c.pem;\n    tls_key /k.pem;\n    authz on;\n    api_keys W10=;\n    metrics_token 0123456789abcdef;\n    token_secret 0123456789abcdef0123456789abcdef;\n    rate_limit_api_burst 1;\n    rate_limit_stats_burst 2;\n    rate_limit_config_burst 3;\n    egress_batch_ms 4;\n    player_latency_floor off;\n    max_rexmit_percent 50;\n    udp_send batch;\n    port_sharing off;\n    event_retention_days 9;\n    event_limit 5000;\n    stall_after 7;\n    webhook_networks 127.0.0.1 10.0.0.0/8;\n    analytics off;\n    analytics_retention_days 40;\n    page off;\n    preview off;',
).replace(
  'server {',
  'server {\n        srt_host ::;\n        passphrase "a passphrase";\n        pbkeylen 16;\n        publisher_takeover_after 500;\n        reorder_tolerance 20;\n        on_event_timeout 900;',
)

const LINES = FULL.split('\n')
const isDirective = (line: string) => /^\s+\w+ .*;$/.test(line)
const nameIn = (line: string) => /\w+/.exec(line)?.[0] ?? ''

const problemsOf = (text: string) => {
  const result = parseConfig({ text, source: 'sls.conf', env: {} })
  return 'problems' in result ? result.problems.map(problem => problem.text) : []
}

/** What must be there, or what another directive of this file needs. */
const NEEDED: Record<string, string> = {
  listen_player:
    'sls.conf:45:5: this server block has no listen_player (it is required: listen_player 4000;)',
  listen_publisher:
    'sls.conf:45:5: this server block has no listen_publisher (it is required: listen_publisher 4001;)',
  tls_cert: 'sls.conf:10:13: tls_key without tls_cert (set tls_cert too, or remove tls_key)',
  tls_key: 'sls.conf:10:14: tls_cert without tls_key (set tls_key too, or remove tls_cert)',
  passphrase:
    'sls.conf:47:18: pbkeylen 16 without a passphrase would encrypt nothing (set passphrase too, or remove pbkeylen)',
}

describe('a configuration with every directive', () => {
  it('has every directive', () => {
    const written = new Set(LINES.filter(isDirective).map(nameIn))
    const all = new Set(BLOCK_NAMES.flatMap(block => DIRECTIVES[block].map(({ name }) => name as string)))
    expect([...all].filter(name => !written.has(name))).toEqual([])
  })

  it('is valid', () => expect(problemsOf(FULL)).toEqual([]))

  const cases = LINES.flatMap((line, index) => (isDirective(line) ? [{ index, name: nameIn(line) }] : []))

  it.each(cases)('without $name of line $index', ({ index, name }) => {
    const expected = NEEDED[name]
    expect(problemsOf(LINES.toSpliced(index, 1).join('\n'))).toEqual(expected === undefined ? [] : [expected])
  })
})

describe('one character of a configuration', () => {
  const conf = 'srt{http_port 8080;server{listen_player 1;listen_publisher 2;}}'
  const needed = [...conf].flatMap((character, index) =>
    '{};'.includes(character) ? [{ character, index }] : [],
  )

  it.each(needed)('missing: $character at $index', ({ index }) => {
    expect(problemsOf(conf.slice(0, index) + conf.slice(index + 1)).length).toBeGreaterThanOrEqual(1)
  })
})
