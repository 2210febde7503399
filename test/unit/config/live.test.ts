import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { EffectiveDirective } from '../../../src/config/live.ts'
import type { LiveConfig as HttpLiveConfig } from '../../../src/http/deps.ts'
import { begin, CONF, Outside, type Process, refusalOf, wishes } from './live-harness.ts'

const SECRET = 'hunter2hunter2hunter2hunter2hunter2'

const of = ({ live }: Process, name: string): EffectiveDirective | undefined =>
  live.effective().find(each => each.name === name)

const kept = ({ stored }: Outside) => [...stored.keys()].filter(name => name.startsWith('config.')).sort()

describe('a change of the configuration', () => {
  it('is what the API needs', async () => {
    const { live } = await begin(new Outside())
    const forHttp: HttpLiveConfig = live
    expect(forHttp.effective().length).toBeGreaterThan(40)
  })

  it('is in force when it resolves, wins over file and environment, and is told with its origin', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    const changed = await process.live.change(
      wishes({ log_level: 'warn', rate_limit_stats: '7', access_log_retention_days: '3' }),
      false,
    )
    expect(changed).toEqual([
      { directive: 'log_level', from: 'info', to: 'warning' },
      { directive: 'access_log_retention_days', from: '60', to: '3' },
      { directive: 'rate_limit_stats', from: '99', to: '7' },
    ])
    expect(process.current().srt).toMatchObject({
      logLevel: 'warning',
      rateLimitStatsPerMinute: 7,
      accessLogRetentionDays: 3,
    })
    expect(of(process, 'rate_limit_stats')).toMatchObject({
      server: null,
      value: '7',
      source: 'api',
      place: 'PATCH /api/config',
      isPersisted: false,
    })
    expect(outside.applied).toHaveLength(1)
    expect(outside.applied[0]?.live.map(({ directive }) => directive)).toEqual(changed.map(c => c.directive))
    expect(kept(outside)).toEqual([])
  })

  it('of a server directive holds for every server block, and is told once where they were alike', async () => {
    const process = await begin(new Outside())
    const changed = await process.live.change(
      wishes({ latency_max: '1000', publisher_exit_delay: '5' }),
      false,
    )
    expect(changed).toEqual([
      { directive: 'latency_max', from: '0', to: '1000' },
      { directive: 'publisher_exit_delay', from: '10', to: '5' },
      { directive: 'latency_max', from: '900', to: '1000' },
    ])
    expect(process.current().servers.map(({ latencyMaxMs }) => latencyMaxMs)).toEqual([1000, 1000])
  })

  it('to the value it has already is no change, but it is the API that has set it', async () => {
    const process = await begin(new Outside())
    expect(await process.live.change(wishes({ log_level: 'info' }), false)).toEqual([])
    expect(of(process, 'log_level')).toMatchObject({ value: 'info', source: 'api' })
    expect(await process.live.change(wishes({ log_level: null }), false)).toEqual([])
    expect(of(process, 'log_level')).toMatchObject({ source: 'default', place: null })
    expect(await process.live.change(new Map(), true)).toEqual([])
  })

  it('back to null is what environment, file or default say', async () => {
    const process = await begin(new Outside())
    const all = { log_level: 'debug', rate_limit_stats: '7', access_log_retention_days: '3' }
    await process.live.change(wishes(all), false)
    await process.live.change(wishes({ log_level: null, rate_limit_stats: null }), false)
    await process.live.change(wishes({ access_log_retention_days: null }), false)
    expect(of(process, 'log_level')).toMatchObject({ value: 'info', source: 'default' })
    const place = 'environment SLS_RATE_LIMIT_STATS'
    expect(of(process, 'rate_limit_stats')).toMatchObject({ value: '99', source: 'environment', place })
    expect(of(process, 'access_log_retention_days')).toMatchObject({ source: 'file', place: 'sls.conf:2:29' })
  })

  it('shows no secret', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    const keys = JSON.stringify([{ key: SECRET, name: 'ci', permissions: 'admin' }])
    const values = wishes({
      api_keys: keys,
      metrics_token: SECRET,
      token_secret: SECRET,
      on_event_url: `https://me:${SECRET}@example.org/h?${SECRET}`,
    })
    const changed = await process.live.change(values, false)
    expect(changed[0]).toEqual({ directive: 'api_keys', from: '""', to: '***' })
    expect(process.current().srt.apiKeys).toMatchObject([{ key: SECRET, name: 'ci' }])
    const again = await process.live.change(wishes({ metrics_token: `${SECRET}2` }), false)
    expect(again).toEqual([{ directive: 'metrics_token', from: '***', to: '***' }])
    const refused = await refusalOf(
      process.live.change(wishes({ token_secret: 'hunter2', api_keys: `["${SECRET}"]` }), false),
    )
    const shown = [changed, process.live.effective(), refused.message, refused.problems, outside.log]
    expect(JSON.stringify(shown)).not.toContain('hunter2')
  })

  it('that opens a door is logged as a warning, once', async () => {
    const outside = new Outside()
    const { live } = await begin(outside)
    await live.change(wishes({ authz: 'off' }), false)
    await live.change(wishes({ log_level: 'debug' }), false)
    expect(outside.log).toEqual([expect.stringContaining('warn ["PATCH /api/config: authz off: everybody')])
  })

  it('reads the file only when it is reloaded', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    outside.conf = 'srt { half a file'
    await process.live.change(wishes({ log_level: 'debug' }), false)
    expect(process.current().srt).toMatchObject({ logLevel: 'debug', accessLogRetentionDays: 60 })
    expect(await refusalOf(process.live.reload())).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(process.current().srt.accessLogRetentionDays).toBe(60)
    outside.conf = CONF.replace('60', '61')
    await process.live.reload()
    expect(process.current().srt).toMatchObject({ logLevel: 'debug', accessLogRetentionDays: 61 })
    expect(outside.applied.at(-1)?.live).toEqual([
      { directive: 'access_log_retention_days', from: '60', to: '61' },
    ])
  })

  it('waits for the one before it, and for a reload', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    const { live } = process
    const wish = wishes({ rate_limit_api: '1' })
    const outcomes = Promise.all([
      live.change(wish, true),
      live.reload(),
      live.change(wishes({ rate_limit_api: '0' }), true).catch(() => 'refused'),
      live.change(wishes({ rate_limit_config: '3' }), true),
      live.change(wishes({ rate_limit_api: null }), true),
    ])
    wish.set('rate_limit_api', '1000')
    expect(await outcomes).toEqual([
      [{ directive: 'rate_limit_api', from: '30', to: '1' }],
      expect.objectContaining({ source: 'sls.conf' }),
      'refused',
      [{ directive: 'rate_limit_config', from: '20', to: '3' }],
      [{ directive: 'rate_limit_api', from: '1', to: '30' }],
    ])
    expect([...live.overrides()]).toEqual([['rate_limit_config', '3']])
    expect(outside.stored.get('config.rate_limit_config')).toBe('3')
    expect(kept(outside)).toEqual(['config.rate_limit_config'])
  })
})

describe('a change that is refused', () => {
  const cases: [string, Record<string, string | null>, string, { where: string; what: string }[]][] = [
    [
      'misspelt',
      { log_level: 'debug', log_levle: 'debug' },
      'CONFIG_INVALID',
      [{ where: 'log_levle', what: 'unknown directive "log_levle" (did you mean log_level?)' }],
    ],
    [
      'out of range',
      { log_level: 'debug', rate_limit_api: '0' },
      'CONFIG_INVALID',
      [{ where: 'rate_limit_api', what: 'rate_limit_api must be 1 to 1000 per minute, not "0"' }],
    ],
    [
      'of a restart',
      { log_level: 'debug', http_port: '9000' },
      'CONFIG_NOT_LIVE',
      [{ where: 'http_port', what: 'http_port changes with a restart only; put it into sls.conf' }],
    ],
    [
      'of a restart, taken back',
      { worker_threads: null },
      'CONFIG_NOT_LIVE',
      [{ where: 'worker_threads', what: 'worker_threads changes with a restart only; put it into sls.conf' }],
    ],
    [
      'of a listener',
      { passphrase: 'a passphrase' },
      'CONFIG_NOT_LIVE',
      [
        {
          where: 'passphrase',
          what: 'passphrase changes with a reload of the file only; put it into sls.conf',
        },
      ],
    ],
    [
      'without effect',
      { record_hls: 'on' },
      'CONFIG_INVALID',
      [{ where: 'record_hls', what: 'record_hls has no effect: this server does not record' }],
    ],
    [
      'no origin',
      { cors_header: 'https://a.example panel.example' },
      'CONFIG_INVALID',
      [
        {
          where: 'cors_header',
          what: 'cors_header has "panel.example", which is no origin and is left out (write * or scheme://host:port)',
        },
      ],
    ],
    [
      'against the file',
      { latency_max: '100' },
      'CONFIG_INVALID',
      [
        {
          where: 'latency_max',
          what: 'latency_min 200 is above latency_max 100, so every publisher would be refused',
        },
      ],
    ],
    [
      'TLS by half',
      { tls_key: '' },
      'CONFIG_INVALID',
      [{ where: 'tls_key', what: 'tls_cert without tls_key (set tls_key too, or remove tls_cert)' }],
    ],
    [
      'TLS off',
      { tls_cert: '', tls_key: '' },
      'CONFIG_NOT_LIVE',
      [
        { where: 'tls_cert', what: 'tls_cert changes with a restart only; put it into sls.conf' },
        { where: 'tls_key', what: 'tls_key changes with a restart only; put it into sls.conf' },
      ],
    ],
    [
      'all of it',
      { http_port: '1', nonsense_nonsense: null, authz: 'maybe', backlog: 'x' },
      'CONFIG_INVALID',
      [
        { where: 'http_port', what: 'http_port changes with a restart only; put it into sls.conf' },
        { where: 'nonsense_nonsense', what: 'unknown directive "nonsense_nonsense"' },
        { where: 'backlog', what: 'backlog changes with a reload of the file only; put it into sls.conf' },
        { where: 'authz', what: 'authz must be one of on, log, off, not "maybe"' },
      ],
    ],
  ]

  it.each(cases)('%s', async (_, values, code, problems) => {
    const outside = new Outside()
    const process = await begin(outside)
    const before = [process.current(), process.live.effective()]
    const error = await refusalOf(process.live.change(wishes(values), true))
    expect(error).toMatchObject({ code, problems })
    const more = problems.length - 1
    const rest = more === 0 ? '' : `; ${more} more problem${more === 1 ? '' : 's'}`
    expect(error.message).toBe(`${problems[0]?.what}${rest}`)
    expect([process.current(), process.live.effective()]).toEqual(before)
    expect(outside.applied).toEqual([])
    expect(kept(outside)).toEqual([])
  })

  it('by the database is not in force', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    outside.isStoreBroken = true
    const error = await refusalOf(process.live.change(wishes({ log_level: 'debug' }), true))
    expect(error.code).toBe('STORE_UNAVAILABLE')
    expect(of(process, 'log_level')).toMatchObject({ value: 'info', source: 'default' })
    expect(outside.applied).toEqual([])
    await process.live.change(wishes({ log_level: 'debug' }), false)
    expect(of(process, 'log_level')).toMatchObject({ value: 'debug', isPersisted: false })
  })

  it('by the server is taken back everywhere', async () => {
    const outside = new Outside()
    const process = await begin(outside)
    await process.live.change(wishes({ rate_limit_api: '5' }), true)
    outside.applyFailures = 1
    const error = await refusalOf(process.live.change(wishes({ rate_limit_api: '6', authz: 'off' }), true))
    expect(error.message).toBe('apply failed')
    expect(of(process, 'rate_limit_api')).toMatchObject({ value: '5', isPersisted: true })
    expect(process.current().srt).toMatchObject({ rateLimitApiPerMinute: 5, authz: 'on' })
    expect(outside.stored.get('config.rate_limit_api')).toBe('5')
    expect(kept(outside)).toEqual(['config.rate_limit_api'])
    expect(outside.applied.at(-1)?.live).toEqual([
      { directive: 'authz', from: 'off', to: 'on' },
      { directive: 'rate_limit_api', from: '6', to: '5' },
    ])
  })

  it('and cannot be taken back is an error in the log', async () => {
    const outside = new Outside()
    const { live } = await begin(outside)
    outside.applyFailures = 2
    await refusalOf(live.change(wishes({ log_level: 'debug' }), false))
    expect(outside.log).toEqual([expect.stringContaining('could not be taken back: apply failed')])
  })
})

describe('what is kept', () => {
  it('holds after a restart; a change without persist meanwhile does not', async () => {
    const outside = new Outside()
    const first = await begin(outside)
    await first.live.change(wishes({ rate_limit_api: '5', log_level: 'debug' }), true)
    expect(of(first, 'rate_limit_api')).toMatchObject({ source: 'api', isPersisted: true })
    await first.live.change(wishes({ rate_limit_api: '6' }), false)
    expect(of(first, 'rate_limit_api')).toMatchObject({ value: '6', isPersisted: false })
    await first.live.change(wishes({ log_level: null }), false)
    expect(of(first, 'log_level')).toMatchObject({ value: 'info', source: 'default', isPersisted: false })

    const second = await begin(outside)
    expect(of(second, 'rate_limit_api')).toMatchObject({ value: '5', source: 'api', isPersisted: true })
    expect(of(second, 'log_level')).toMatchObject({ value: 'debug', source: 'api', isPersisted: true })
    await second.live.change(wishes({ rate_limit_api: null, log_level: null }), true)
    expect(kept(outside)).toEqual([])
    expect(outside.stored.get('token_secret')).toBe('of somebody else')
    expect(of(await begin(outside), 'rate_limit_api')).toMatchObject({ value: '30', source: 'default' })
  })

  it('is never a key', async () => {
    const outside = new Outside()
    const { live, current } = await begin(outside)
    const keys = JSON.stringify([{ key: SECRET, name: 'ci', permissions: 'admin' }])
    const error = await refusalOf(live.change(wishes({ api_keys: keys }), true))
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [{ where: 'api_keys', what: expect.stringContaining('is never written to the database') }],
    })
    await live.change(wishes({ api_keys: keys }), false)
    await live.change(wishes({ log_level: 'debug' }), true)
    expect(current().srt.apiKeys).toHaveLength(1)
    expect(JSON.stringify([...outside.stored])).not.toContain('hunter2')
    await live.change(wishes({ api_keys: null }), true)
    expect(current().srt.apiKeys).toEqual([])
    outside.stored.set('config.api_keys', keys)
    const again = await begin(outside)
    expect(again.current().srt.apiKeys).toEqual([])
    expect(outside.log).toEqual([expect.stringContaining('api_keys is never written to the database')])
  })

  it('and no longer valid is left out and reported, and the server starts', async () => {
    const outside = new Outside()
    const rows = {
      log_level: 'debug',
      rate_limit_api: '0',
      latency_max: '100',
      http_port: '1',
      gone_with_a_version: 'x',
      tls_key: '',
    }
    for (const [name, text] of Object.entries(rows)) outside.stored.set(`config.${name}`, text)
    const process = await begin(outside)
    expect([...process.live.overrides()]).toEqual([['log_level', 'debug']])
    expect(process.current().srt).toMatchObject({ logLevel: 'debug', rateLimitApiPerMinute: 30 })
    for (const name of ['rate_limit_api', 'latency_max', 'http_port', 'gone_with_a_version', 'tls_key']) {
      expect(outside.log.filter(line => line.includes(`"directive":"${name}"`))).toHaveLength(1)
    }
    expect(outside.log.every(line => line.startsWith('error'))).toBe(true)
    // A version that knows it will find it again, until somebody takes it away.
    await process.live.change(wishes({ authz: 'log' }), true)
    expect(outside.stored.get('config.gone_with_a_version')).toBe('x')
    await process.live.change(wishes({ gone_with_a_version: null }), true)
    expect(outside.stored.has('config.gone_with_a_version')).toBe(false)
  })

  it('is not blamed for a file that is wrong', async () => {
    const outside = new Outside()
    outside.stored.set('config.log_level', 'debug')
    outside.conf = 'srt { log_level loud; server { listen_player 1; listen_publisher 2; } }'
    expect(await refusalOf(begin(outside))).toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [{ where: 'sls.conf:1:17' }],
    })
    expect(outside.log).toEqual([])
  })

  it('can turn a reload down, which names it', async () => {
    const outside = new Outside()
    const { live, current } = await begin(outside)
    await live.change(wishes({ latency_max: '300' }), true)
    const before: Config = current()
    outside.conf = CONF.replace('latency_min 200', 'latency_min 400')
    expect((await refusalOf(live.reload())).message).toBe(
      'PATCH /api/config: latency_min 400 is above latency_max 300, so every publisher would be refused',
    )
    expect(current()).toBe(before)
  })
})
