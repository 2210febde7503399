import { beforeEach, describe, expect, it } from 'vitest'
import { type Config, parseConfig } from '../../src/config/config.ts'
import { LiveConfig } from '../../src/config/live.ts'
import { AppError } from '../../src/lib/errors.ts'
import { buildTestServer, MemoryLog, type TestServer } from '../support/build.ts'
import { ask } from './ask.ts'

const TEXT = `srt {
  log_level info;
  metrics_token a-secret-of-some-length;
  server { listen_player 4000; listen_publisher 4001; passphrase "an SRT secret"; }
}`

function parsed(overrides: ReadonlyMap<string, string>): Config {
  const result = parseConfig({ text: TEXT, source: 'sls.conf', env: { SLS_RATE_LIMIT_API: '50' }, overrides })
  if ('config' in result) return result.config
  throw new AppError('CONFIG_INVALID', 'no configuration')
}

let server: TestServer
let current: Config
let stored: Map<string, string>
let isStoreBroken: boolean

beforeEach(async () => {
  stored = new Map()
  isStoreBroken = false
  current = parsed(new Map())
  const config = new LiveConfig({
    load: async overrides => parsed(overrides),
    current: () => current,
    apply: async config => {
      current = config
    },
    store: {
      all: async () => new Map(stored),
      replaceAll: async (_prefix, values) => {
        if (isStoreBroken) throw new AppError('STORE_UNAVAILABLE', 'the disk is full')
        stored = new Map(values)
      },
    },
    log: new MemoryLog().logger,
  })
  await config.start()
  server = buildTestServer({}, { config })
})

const get = async () => (await ask(server.app, 'GET /api/config', { key: server.keys.admin })).json()
const patch = (body: unknown) => ask(server.app, 'PATCH /api/config', { key: server.keys.admin, body })

async function directive(name: string) {
  const { data } = await get()
  return data.find((each: { name: string }) => each.name === name)
}

describe('GET /api/config', () => {
  it('lists every directive in force and where it came from', async () => {
    const { data, status } = await get()
    expect(status).toBe('success')
    expect(data.length).toBeGreaterThan(40)
    expect(await directive('log_level')).toEqual({
      apply: 'live',
      explanation: expect.any(String),
      name: 'log_level',
      persisted: false,
      place: expect.stringMatching(/^sls\.conf:2:\d+$/),
      range: expect.stringContaining('debug'),
      server: null,
      source: 'file',
      value: 'info',
    })
    expect(await directive('rate_limit_api')).toMatchObject({
      value: '50',
      source: 'environment',
      place: 'environment SLS_RATE_LIMIT_API',
    })
    expect(await directive('rate_limit_stats')).toMatchObject({ source: 'default', place: null })
    expect(await directive('listen_player')).toMatchObject({ server: 0, value: '4000', apply: 'listener' })
  })

  it('shows no secret', async () => {
    const text = JSON.stringify(await get())
    expect(text).not.toContain('a-secret-of-some-length')
    expect(text).not.toContain('an SRT secret')
    expect(text).toContain('metrics_token')
  })
})

describe('PATCH /api/config', () => {
  it('sets what can change live, of any type, and tells what is different', async () => {
    const trusted = ['10.0.0.0/8', '::1']
    const body = {
      log_level: 'debug',
      rate_limit_api: 120,
      trust_proxy: trusted,
      cors_header: [],
      authz: false,
    }
    const response = await patch(body)
    expect(response.statusCode).toBe(200)
    expect(response.json().data).toEqual(
      expect.arrayContaining([
        { directive: 'log_level', from: 'info', to: 'debug' },
        { directive: 'rate_limit_api', from: '50', to: '120' },
        { directive: 'trust_proxy', from: expect.any(String), to: '10.0.0.0/8 ::1' },
      ]),
    )
    expect(current.srt.logLevel).toBe('debug')
    expect(current.srt.trustProxy).toEqual(['10.0.0.0/8', '::1'])
    expect(current.srt.corsOrigins).toEqual([])
    expect(current.srt.authz).toBe('off')
    expect(await directive('log_level')).toMatchObject({ source: 'api', persisted: false, value: 'debug' })
    expect(stored.size).toBe(0)
  })

  it('keeps it over a restart if asked to, and goes back with null', async () => {
    expect((await patch({ log_level: 'debug', persist: true })).statusCode).toBe(200)
    expect([...stored.values()]).toEqual(['debug'])
    expect(await directive('log_level')).toMatchObject({ persisted: true })
    const back = await patch({ log_level: null, persist: true })
    expect(back.json().data).toEqual([{ directive: 'log_level', from: 'debug', to: 'info' }])
    expect(stored.size).toBe(0)
  })

  it('writes every change down, without secrets', async () => {
    await patch({ log_level: 'debug' })
    await patch({ metrics_token: 'another-secret-of-some-length' })
    await patch({ log_level: 'debug' })
    expect(server.audit).toMatchObject([
      {
        action: 'config.changed',
        subject: 'log_level',
        apiKeyName: 'admin',
        details: { changes: [{ directive: 'log_level', from: 'info', to: 'debug' }], persist: false },
      },
      { action: 'config.changed', subject: 'metrics_token' },
    ])
    expect(JSON.stringify(server.audit)).not.toMatch(/secret-of-some-length/)
  })

  it.each([
    [{ log_level: 'loud' }, 'CONFIG_INVALID', 'log_level'],
    [{ log_levle: 'info' }, 'CONFIG_INVALID', 'log_levle'],
    [{ log_level: 5, rate_limit_api: 0 }, 'CONFIG_INVALID', 'log_level'],
    [{ http_port: 81 }, 'CONFIG_NOT_LIVE', 'http_port'],
    [{ listen_player: 4005 }, 'CONFIG_NOT_LIVE', 'listen_player'],
    [{ log_level: true }, 'CONFIG_INVALID', 'log_level'],
  ])('refuses %j, and changes nothing', async (body, code, where) => {
    const before = await get()
    const response = await patch({ rate_limit_stats: 500, ...body })
    expect(response.statusCode).toBe(400)
    const answer = response.json()
    expect(answer.code).toBe(code)
    expect(answer.problems.map((problem: { where: string }) => problem.where)).toContain(where)
    expect(await get()).toEqual(before)
    expect(server.audit).toEqual([])
  })

  it.each([
    [{}],
    [{ persist: true }],
    [{ log_level: { a: 1 } }],
    [{ trust_proxy: [1] }],
    [{ log_level: 'debug', persist: 'yes' }],
    [{ log_level: 'debug', persist: null }],
    [[]],
    [null],
    ['{bad'],
  ])('takes %j for no change', async body => {
    const response = await patch(body)
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('BODY_INVALID')
    expect(server.audit).toEqual([])
  })

  it('changes nothing if it cannot be kept', async () => {
    isStoreBroken = true
    const response = await patch({ log_level: 'debug', persist: true })
    expect(response.statusCode).toBe(503)
    expect(current.srt.logLevel).toBe('info')
    expect(server.audit).toEqual([])
  })
})
