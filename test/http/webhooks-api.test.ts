import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkCheck } from '../../src/access/networks.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { caller } from '../../src/webhooks/caller.ts'
import { TargetGuard } from '../../src/webhooks/target-guard.ts'
import { hookServer } from '../fixtures/hook-server.ts'
import { buildTestServer, MemoryLog, type TestServer } from '../support/build.ts'
import { until } from '../support/wait.ts'
import { buildWebhooks, type WebhookParts } from '../support/webhooks.ts'
import { ask } from './ask.ts'

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const URL_WITH_TOKEN = 'https://hooks.example.com:8443/in?token=secret-token'

let database: Database
let parts: WebhookParts
let server: TestServer
let log: MemoryLog

beforeEach(async () => {
  database = await openDatabase({ path: ':memory:' })
  log = new MemoryLog()
  const allowed = ['127.0.0.1']
  const guard = new TargetGuard({ allowed: () => allowed, contains: networkCheck() })
  const call = caller({
    guard,
    version: '2.0.0',
    clock: systemClock,
    resolve: () => Promise.reject(new Error()),
  })
  parts = await buildWebhooks({ database, clock: systemClock, log: log.logger, call, allowed })
  server = buildTestServer({}, { webhooks: parts.desk, clock: systemClock })
})

afterEach(async () => {
  await parts.stop()
  await database.close()
})

const api = (line: Parameters<typeof ask>[1], body?: unknown) =>
  ask(server.app, line, { key: server.keys.admin, body })
const create = async (body: object) => (await api('POST /api/webhooks', body)).json().data

describe('POST /api/webhooks', () => {
  it('makes a webhook for everything, with a secret that is shown once', async () => {
    const response = await api('POST /api/webhooks', { url: URL_WITH_TOKEN })
    expect(response.statusCode).toBe(200)
    const { secret, ...shown } = response.json().data
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(shown).toEqual({
      ...{ active: true, created: expect.stringMatching(/^20\d\d-.*Z$/), description: '', events: ['*'] },
      ...{ failing_since: null, id: 1, last_delivery: null, paused_reason: null, pending: 0, players: [] },
      url: URL_WITH_TOKEN,
    })
    expect((await api('GET /api/webhooks/1')).json()).toEqual({ data: shown, status: 'success' })
    const list = await api('GET /api/webhooks')
    expect(list.json()).toEqual({ data: [shown], next_cursor: null, status: 'success' })
    expect(list.body).not.toContain('whsec_')
    expect(server.audit).toMatchObject([
      {
        ...{ action: 'webhook.created', subject: '1' },
        details: { host: 'hooks.example.com:8443', events: ['*'], players: [] },
      },
    ])
    expect(JSON.stringify([server.audit, server.log.lines, log.lines])).not.toMatch(/secret-token|whsec_/)
  })

  it('takes what is wished, each thing once', async () => {
    const wish = {
      ...{ url: 'HTTP://0x8.0x8.010.8/a%2Fb', description: 'Bot', secret: SECRET },
      ...{ events: ['play', 'stop', 'play'], players: ['live/1', 'ä', 'ä'] },
    }
    expect(await create(wish)).toMatchObject({
      ...{ url: 'http://8.8.8.8/a%2Fb', description: 'Bot', secret: SECRET },
      ...{ events: ['play', 'stop'], players: ['live/1', 'ä'] },
    })
    expect(await create({ ...wish, events: ['play', '*'] })).toMatchObject({ events: ['*'] })
  })

  it.each([
    [{}, /^Missing field: url$/],
    [{ url: 'x' }, /^Invalid field: url must begin with http/],
    [{ url: 'https://u:p@example.com/' }, /^Invalid field: url must not hold a user/],
    [{ url: 'https://example.com/#a' }, /^Invalid field: url must not have a fragment/],
    [{ url: 'http://10.0.0.1/' }, /^Invalid field: url must not lead to 10\.0\.0\.1, a private address/],
    [{ url: 'http://[::1]/' }, /^Invalid field: url must not lead to ::1, a loopback address/],
    [{ url: 'http://169.254.169.254/latest' }, /^Invalid field: url must not lead to .*, a link-local/],
    [{ url: 'http://2886729729/' }, /^Invalid field: url must not lead to 172\.16\.0\.1, a private address/],
    [{ url: `https://example.com/${'x'.repeat(2048)}` }, /^Invalid field: url must/],
    [{ url: 'https://example.com/', events: [] }, /^Invalid field: events must/],
    [{ url: 'https://example.com/', events: ['nothing'] }, /^Invalid field: events\[0\] must be one of/],
    [{ url: 'https://example.com/', players: [''] }, /^Invalid field: players\[0\] must/],
    [
      { url: 'https://example.com/', players: ['a', 'b\n'] },
      /^Invalid field: players\[1\] must not hold control/,
    ],
    [
      { url: 'https://example.com/', secret: 'whsec_AAAA' },
      /^Invalid field: secret must be whsec_ and then 24/,
    ],
    [{ url: 'https://example.com/', secret: SECRET.slice(0, -1) }, /^Invalid field: secret must/],
    [{ url: 'https://example.com/', active: false }, /^Unknown field: active/],
  ])('refuses %j', async (body, message) => {
    const response = await api('POST /api/webhooks', body)
    expect([response.statusCode, response.json().code]).toEqual([400, 'BODY_INVALID'])
    expect(response.json().message).toMatch(message)
    expect((await api('GET /api/webhooks')).json().data).toEqual([])
    expect(server.audit).toEqual([])
  })

  it('makes a hundred and no more, in pages', async () => {
    const url = 'https://hooks.example.com/'
    const answers = await Promise.all(Array.from({ length: 102 }, () => api('POST /api/webhooks', { url })))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(100)
    const refused = answers.filter(({ statusCode }) => statusCode !== 200).map(answer => answer.json())
    expect(refused.map(({ code }) => code)).toEqual(['WEBHOOK_LIMIT', 'WEBHOOK_LIMIT'])
    const first = (await api('GET /api/webhooks?limit=60')).json()
    const second = (await api(`GET /api/webhooks?limit=60&cursor=${first.next_cursor}`)).json()
    const ids = [...first.data, ...second.data].map(({ id }) => id)
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect([first.data.length, second.next_cursor]).toEqual([60, null])
  })
})

describe('a webhook that is called', () => {
  it('gets signed events that a common library verifies, and shows how it went', async () => {
    const hook = await hookServer(response => response.writeHead(204).end())
    const { secret } = await create({ url: `${hook.url}/x` })
    await parts.feed.store({ data: { text: 'ä😀' } }, {})
    await until(() => hook.requests.length === 2, { deadlineMs: 20_000, what: 'two calls' })
    for (const [index, { headers, body }] of hook.requests.entries()) {
      const signed = headers as Record<string, string>
      expect(new Webhook(secret).verify(body, signed)).toMatchObject({ id: index + 1, type: 'publish' })
      expect(headers['webhook-id']).toBe(`evt_${index + 1}`)
    }
    const isLogged = async () => (await api('GET /api/webhooks/1/deliveries')).json().data.length === 2
    await until(isLogged, { deadlineMs: 20_000, what: 'two deliveries' })
    const first = (await api('GET /api/webhooks/1/deliveries?limit=1')).json()
    expect(first).toMatchObject({ data: [{ id: 2, event_id: 2, attempt: 1, status: 204, error: null }] })
    const second = (await api(`GET /api/webhooks/1/deliveries?limit=1&cursor=${first.next_cursor}`)).json()
    expect(second).toMatchObject({ data: [{ event_id: 1, event_type: 'publish' }], next_cursor: null })
    expect((await api('GET /api/webhooks/1')).json().data).toMatchObject({
      ...{ last_delivery: first.data[0], pending: 0, failing_since: null },
    })
  })

  it('is signed with the old secret, too, after a rotation', async () => {
    const hook = await hookServer(response => response.end())
    const { secret: old } = await create({ url: hook.url })
    const { secret: young, ...shown } = (await api('POST /api/webhooks/1/rotate-secret')).json().data
    expect(shown).toEqual((await api('GET /api/webhooks/1')).json().data)
    await parts.feed.store({})
    await until(() => hook.requests.length === 1, { deadlineMs: 20_000, what: 'a call' })
    const { headers, body } = hook.requests[0] ?? { headers: {}, body: '' }
    for (const secret of [old, young]) new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(young).not.toBe(old)
    const given = await api('POST /api/webhooks/1/rotate-secret', { secret: SECRET })
    expect(given.json().data.secret).toBe(SECRET)
    const bad = await api('POST /api/webhooks/1/rotate-secret', { secret: 'whsec_x' })
    expect(bad.json().code).toBe('BODY_INVALID')
    expect(JSON.stringify([server.audit, log.lines])).not.toContain('whsec_')
  })

  it('is paused and resumed by PATCH, and moved to another URL', async () => {
    const [one, other] = [
      await hookServer(response => response.writeHead(500).end()),
      await hookServer(response => response.end()),
    ]
    await create({ url: `${one.url}/?token=secret-token` })
    await parts.feed.store({})
    const isFailing = async () => (await api('GET /api/webhooks/1')).json().data.failing_since !== null
    await until(isFailing, { deadlineMs: 20_000, what: 'a failure' })
    const paused = (await api('PATCH /api/webhooks/1', { active: false })).json().data
    expect(paused).toMatchObject({ active: false, paused_reason: null, failing_since: null, pending: 1 })
    await parts.feed.store({})
    expect(one.requests).toHaveLength(1)
    const patch = {
      active: true,
      url: other.url,
      description: 'new',
      events: ['publish'],
      players: ['live_1'],
    }
    expect((await api('PATCH /api/webhooks/1', patch)).json().data).toMatchObject({
      ...patch,
      url: `${other.url}/`,
    })
    await until(() => other.requests.length === 2, { deadlineMs: 20_000, what: 'both events' })
    expect(other.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_1', 'evt_2'])
    expect(server.audit.map(({ action, details }) => [action, details])).toEqual([
      ['webhook.created', expect.anything()],
      ['webhook.changed', { active: false }],
      [
        'webhook.changed',
        {
          ...{ active: true, host: new URL(other.url).host, description: 'new' },
          ...{ events: ['publish'], players: ['live_1'] },
        },
      ],
    ])
    for (const body of [{ url: 'http://10.0.0.1' }, { events: [] }, { secret: SECRET }, []])
      expect((await api('PATCH /api/webhooks/1', body)).json().code).toBe('BODY_INVALID')
    expect((await api('GET /api/webhooks/1')).json().data.url).toBe(`${other.url}/`)
  })

  it('is tried by a test, also when it is paused, and the queue is left alone', async () => {
    let status = 204
    const hook = await hookServer(response => response.writeHead(status).end())
    const { secret } = await create({ url: hook.url })
    await api('PATCH /api/webhooks/1', { active: false })
    await parts.feed.store({})
    const good = await api('POST /api/webhooks/1/test')
    expect(good.json()).toMatchObject({
      data: { id: 1, event_id: null, event_type: 'test', attempt: 1, status: 204, error: null },
      status: 'success',
    })
    status = 500
    const bad = await api('POST /api/webhooks/1/test')
    expect([bad.statusCode, bad.json().data]).toMatchObject([200, { status: 500, error: 'answered 500' }])
    const { headers, body } = hook.requests[0] ?? { headers: {}, body: '' }
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      ...{ id: 0, type: 'test', player: null, players: [], session_id: null, data: { webhook_id: 1 } },
    })
    const ids = hook.requests.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^evt_test_/)
    const shown = (await api('GET /api/webhooks/1')).json().data
    expect(shown).toMatchObject({ active: false, pending: 1, last_delivery: bad.json().data })
  })

  it('is never one that only this host can reach', async () => {
    await create({ url: 'https://hooks.example.com/' })
    await database.run(db => db.updateTable('webhooks').set({ url: 'http://127.0.0.2:1/' }).execute())
    const response = await api('POST /api/webhooks/1/test')
    expect(response.json().data).toMatchObject({
      ...{ status: null, error: expect.stringMatching(/^the URL must not lead to 127\.0\.0\.2, a loopback/) },
    })
  })

  it('is called no more once it is removed, in the middle of a call, too', async () => {
    const hook = await hookServer(() => undefined)
    await create({ url: hook.url })
    await parts.feed.store({}, {})
    await until(() => hook.requests.length === 1, { deadlineMs: 20_000, what: 'a call' })
    const response = await api('DELETE /api/webhooks/1')
    expect(response.json()).toEqual({ message: 'Webhook deleted', status: 'success' })
    await parts.feed.store({})
    expect((await api('GET /api/webhooks')).json().data).toEqual([])
    expect(hook.requests).toHaveLength(1)
    expect(server.audit.at(-1)).toMatchObject({ action: 'webhook.removed', subject: '1' })
  })
})

describe('a webhook that is not there', () => {
  const LINES = [
    ...['GET /api/webhooks/7', 'DELETE /api/webhooks/7', 'POST /api/webhooks/7/test'],
    ...['POST /api/webhooks/7/rotate-secret', 'GET /api/webhooks/7/deliveries', 'PATCH /api/webhooks/7'],
  ] as Parameters<typeof ask>[1][]

  it.each(LINES)('%s', async line => {
    const response = await api(line, line.startsWith('PATCH') ? {} : undefined)
    expect(response.statusCode).toBe(404)
    expect(response.json()).toEqual({
      code: 'WEBHOOK_UNKNOWN',
      message: 'Webhook not found',
      status: 'error',
    })
    expect(server.audit).toEqual([])
    const none = await api(line.replace('7', 'x') as typeof line, line.startsWith('PATCH') ? {} : undefined)
    expect([none.statusCode, none.json().code]).toEqual([400, 'PATH_INVALID'])
  })
})
