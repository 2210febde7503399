import { describe, expect, it } from 'vitest'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { describeDirectives } from '../../../src/config/describe.ts'
import { effectiveOf } from '../../../src/config/effective.ts'

const CONF = `srt {
  log_level error;
  latency_max 700;
  http_port 8181;
  stat_post_url "https://me:hunter2@example.org/s?hunter2";
  metrics_token hunter2hunter2hunter2;
  server { listen_player 1; listen_publisher 2; }
  server { listen_player 3; listen_publisher 4; latency_max 800; passphrase hunter2hunter2; }
}`

function config(overrides: Record<string, string> = {}): Config {
  const env = { SLS_HTTP_PORT: '9090', SLS_BACKLOG: '7' }
  const input = { text: CONF, source: 'sls.conf', env, overrides: new Map(Object.entries(overrides)) }
  const result = parseConfig(input)
  if ('config' in result) return result.config
  throw new Error(result.problems.map(({ text }) => text).join('\n'))
}

function find(name: string, server: number | null = null, overrides = {}) {
  const found = effectiveOf(config(overrides)).filter(each => each.name === name && each.server === server)
  expect(found).toHaveLength(1)
  return found[0]
}

describe('the directives in force', () => {
  it('are all that have an effect, in their order, those of a server for each server', () => {
    const names = (block: string) =>
      describeDirectives()
        .filter(each => each.block === block && each.apply !== undefined)
        .map(({ name }) => name)
    const of = (server: number | null) =>
      effectiveOf(config())
        .filter(each => each.server === server)
        .map(({ name }) => name)
    expect(of(null)).toEqual(names('srt'))
    expect(of(0)).toEqual(names('server'))
    expect(of(1)).toEqual(names('server'))
  })

  it('are described in full', () => {
    expect(find('log_level')).toEqual({
      name: 'log_level',
      server: null,
      value: 'error',
      source: 'file',
      place: 'sls.conf:2:13',
      apply: 'live',
      range: 'trace, debug, info, warning, error, fatal',
      explanation: 'Least severe level that is logged.',
    })
  })

  it.each([
    ['http_port', null, { value: '9090', source: 'environment', place: 'environment SLS_HTTP_PORT' }],
    ['backlog', 1, { value: '7', source: 'environment', place: 'environment SLS_BACKLOG' }],
    ['pid_file', null, { value: '/tmp/sls/pid.txt', source: 'default', place: null }],
    ['relay_mode', null, { value: null, source: 'default', place: null }],
    ['listen_publisher_srtla', 0, { value: null, source: 'default', place: null }],
    ['latency_max', 0, { value: '700', source: 'file', place: 'sls.conf:3:15' }],
    ['latency_max', 1, { value: '800', source: 'file', place: 'sls.conf:8:61' }],
    ['passphrase', 0, { value: '""', source: 'default' }],
    ['passphrase', 1, { value: '***', source: 'file' }],
    ['metrics_token', null, { value: '***', source: 'file' }],
    ['token_secret', null, { value: '""', source: 'default' }],
    ['api_keys', null, { value: '""', source: 'default' }],
    ['cors_header', null, { value: '*', source: 'default' }],
    ['stat_post_url', null, { value: 'https://***@example.org/s?***', source: 'file' }],
  ])('have their origin: %s, server %s', (name, server, expected) => {
    expect(find(name, server)).toMatchObject(expected)
  })

  it('are those of the API for every server block', () => {
    const overrides = { latency_max: '900', http_port_is_not_touched: '' }
    expect(parseConfig({ ...config().input, overrides: new Map(Object.entries(overrides)) })).toMatchObject({
      problems: [{ text: 'PATCH /api/config: unknown directive "http_port_is_not_touched"' }],
    })
    const expected = { value: '900', source: 'api', place: 'PATCH /api/config' }
    for (const server of [0, 1])
      expect(find('latency_max', server, { latency_max: '900' })).toMatchObject(expected)
  })

  it('show no secret', () => {
    expect(JSON.stringify(effectiveOf(config()))).not.toContain('hunter2')
  })
})
