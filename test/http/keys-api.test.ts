import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyRing } from '../../src/access/key-ring.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { buildTestServer, TestClock, type TestServer } from '../support/build.ts'
import { ask } from './ask.ts'

let server: TestServer

beforeEach(() => {
  server = buildTestServer()
})

const create = (body: unknown) => ask(server.app, 'POST /api/keys', { key: server.keys.admin, body })

describe('POST /api/keys', () => {
  it('answers as ever, and with what is kept of the key', async () => {
    const response = await create({ name: 'Studio' })
    expect(response.statusCode).toBe(200)
    const { api_key, data, message, status } = response.json()
    expect({ message, status }).toEqual({
      message: 'Save this key securely. It cannot be retrieved again.',
      status: 'success',
    })
    expect(data).toEqual({
      active: true,
      created_at: '2026-01-31T12:00:00Z',
      expires_at: null,
      id: 4,
      last_used: null,
      name: 'Studio',
      permissions: 'read',
      prefix: api_key.slice(0, 4),
      rate_limit: null,
      scope: null,
      source: 'database',
    })
  })

  it.each([
    [{ expires_in: 60 }, { expires_at: '2026-01-31T12:01:00Z' }],
    [{ expires_at: '2026-02-01T00:00:00Z' }, { expires_at: '2026-02-01T00:00:00Z' }],
    [{ expires_at: '2026-01-31T13:30:00.5+01:00' }, { expires_at: '2026-01-31T12:30:00.500Z' }],
    [{ expires_at: null, expires_in: 1 }, { expires_at: '2026-01-31T12:00:01Z' }],
    [{ rate_limit: 5000 }, { rate_limit: 5000 }],
    [{ scope: { prefix: 'team_' } }, { scope: { prefix: 'team_' } }],
    [{ scope: { players: ['a', 'b', 'a'] } }, { scope: { players: ['a', 'b'] } }],
    [
      { scope: null, rate_limit: null, expires_in: null },
      { scope: null, rate_limit: null, expires_at: null },
    ],
  ])('takes %j', async (body, data) => {
    const response = await create(body)
    expect(response.statusCode).toBe(200)
    expect(response.json().data).toMatchObject(data)
  })

  it.each([
    [{ expires_at: '2026-01-31T12:00:00Z' }, /^Invalid field: expires_at must be a time in the future$/],
    [{ expires_at: '2026-02-30' }, /^Invalid field: expires_at must be a date and time such as/],
    [{ expires_at: '2026-06-30T23:59:60Z' }, /^Invalid field: expires_at must be/],
    [{ expires_at: 5 }, /^Invalid field: expires_at must be/],
    [{ expires_in: 0 }, /^Invalid field: expires_in must be/],
    [{ expires_in: 1.5 }, /^Invalid field: expires_in must be/],
    [{ expires_in: 1e15 }, /^Invalid field: expires_in must be/],
    [{ expires_in: 60, expires_at: '2027-01-01T00:00:00Z' }, /^Invalid field: expires_in cannot be combined/],
    [{ rate_limit: 0 }, /^Invalid field: rate_limit must be/],
    [{ rate_limit: 100_001 }, /^Invalid field: rate_limit must be/],
    [{ scope: {} }, /^Invalid field: scope must be/],
    [{ scope: { players: [] } }, /^Invalid field: scope.players must have at least one player$/],
    [{ scope: { players: 'a' } }, /^Invalid field: scope must be/],
    [{ scope: { players: [''] } }, /^Invalid field: scope must be/],
    [{ scope: { prefix: '' } }, /^Invalid field: scope must be/],
    [{ scope: { prefix: 'a', players: ['a'] } }, /^Invalid field: scope must be/],
    [{ scope: { prefix: 'a\n' } }, /^Invalid field: scope.prefix must not hold control characters/],
    [{ scope: { players: ['ä'.repeat(300)] } }, /^Invalid field: scope.players must be at most 512 bytes/],
  ])('refuses %j', async (body, message) => {
    const before = await ask(server.app, 'GET /api/keys', { key: server.keys.admin })
    const response = await create(body)
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('BODY_INVALID')
    expect(response.json().message).toMatch(message)
    const after = await ask(server.app, 'GET /api/keys', { key: server.keys.admin })
    expect(after.json()).toEqual(before.json())
    expect(server.audit).toEqual([])
  })
})

describe('GET /api/keys', () => {
  it('lists all, and no key', async () => {
    const created = (await create({ name: 'Studio', scope: { prefix: 'x' } })).json()
    const response = await ask(server.app, 'GET /api/keys', { key: server.keys.admin })
    expect(response.statusCode).toBe(200)
    expect(response.json().data.map(({ name }: { name: string }) => name)).toEqual([
      'admin',
      'write',
      'read',
      'Studio',
    ])
    for (const key of [...Object.values(server.keys), created.api_key])
      expect(response.body).not.toContain(key)
  })
})

describe('DELETE /api/keys/{id}', () => {
  it('revokes at once', async () => {
    const { api_key: key, data } = (await create({})).json()
    expect((await ask(server.app, 'GET /api/stream-ids', { key })).statusCode).toBe(200)
    const line = `DELETE /api/keys/${data.id}` as const
    const response = await ask(server.app, line, { key: server.keys.admin })
    expect(response.body).toBe('{"message":"API key revoked","status":"success"}')
    expect((await ask(server.app, 'GET /api/stream-ids', { key })).statusCode).toBe(401)
    const again = await ask(server.app, line, { key: server.keys.admin })
    expect(again.statusCode).toBe(404)
    expect(again.json()).toEqual({ code: 'API_KEY_UNKNOWN', message: 'API key not found', status: 'error' })
  })

  it.each(['0', '-1', 'x', '1.0', '01', 'conf:', 'conf:x', 'conf:0', '9'.repeat(16), '%20', '1%2F2'])(
    'knows no id like %s',
    async id => {
      for (const line of [`DELETE /api/keys/${id}`, `POST /api/keys/${id}/rotate`] as const) {
        const response = await ask(server.app, line, { key: server.keys.admin })
        expect(response.statusCode).toBe(400)
        expect(response.json().code).toBe('PATH_INVALID')
      }
    },
  )

  it('has keys of the configuration too', async () => {
    const response = await ask(server.app, 'DELETE /api/keys/conf:1', { key: server.keys.admin })
    expect(response.json().code).toBe('API_KEY_UNKNOWN')
  })
})

describe('POST /api/keys/{id}/rotate', () => {
  it.each([[undefined], [{}], [{ overlap: 0 }], [{ overlap: 604_800 }]])('takes %j', async body => {
    const { api_key: old, data } = (await create({ name: 'Studio', permissions: 'write' })).json()
    const line = `POST /api/keys/${data.id}/rotate` as const
    const response = await ask(server.app, line, { key: server.keys.admin, body })
    expect(response.statusCode).toBe(200)
    const rotated = response.json()
    expect(rotated).toMatchObject({ status: 'success', data: { name: 'Studio', permissions: 'write' } })
    expect(rotated.api_key).not.toBe(old)
    expect((await ask(server.app, 'GET /api/stream-ids', { key: rotated.api_key })).statusCode).toBe(200)
  })

  it.each([[{ overlap: -1 }], [{ overlap: 604_801 }], [{ overlap: '5' }], [{ other: 1 }], [[]]])(
    'refuses %j',
    async body => {
      const response = await ask(server.app, 'POST /api/keys/2/rotate', { key: server.keys.admin, body })
      expect(response.statusCode).toBe(400)
      expect(response.json().code).toBe('BODY_INVALID')
      expect((await ask(server.app, 'GET /api/stream-ids', { key: server.keys.write })).statusCode).toBe(200)
    },
  )

  it('knows no other key', async () => {
    const response = await ask(server.app, 'POST /api/keys/99/rotate', { key: server.keys.admin })
    expect(response.json().code).toBe('API_KEY_UNKNOWN')
  })
})

describe('keys of the database and of the configuration', () => {
  const CONFIGURED = {
    key: 'a-key-of-the-configuration',
    name: 'ci',
    permissions: 'write' as const,
    scope: null,
  }
  let database: Database
  let clock: TestClock
  let admin: string

  beforeEach(async () => {
    database = await openDatabase({ path: ':memory:' })
    clock = new TestClock()
    const keys = new KeyRing({ store: database.apiKeys, configured: () => [CONFIGURED], clock })
    await keys.reload()
    admin = (await keys.ensureFirstKey()) ?? ''
    server = buildTestServer({}, { keys, clock })
  })

  afterEach(() => database.close())

  const asAdmin = (line: Parameters<typeof ask>[1], body?: unknown) =>
    ask(server.app, line, { key: admin, body })
  const statusWith = async (key: string) => (await ask(server.app, 'GET /api/stream-ids', { key })).statusCode

  it('are listed together', async () => {
    expect((await asAdmin('GET /api/keys')).json().data).toMatchObject([
      {
        id: 'conf:1',
        name: 'ci',
        permissions: 'write',
        source: 'configuration',
        active: true,
        created_at: null,
      },
      { id: 1, name: 'Default Admin Key', source: 'database', prefix: admin.slice(0, 6) },
    ])
    expect(await statusWith(CONFIGURED.key)).toBe(200)
  })

  it('change in the configuration where they come from there', async () => {
    for (const line of ['DELETE /api/keys/conf:1', 'POST /api/keys/conf:1/rotate'] as const) {
      const response = await asAdmin(line)
      expect([response.statusCode, response.json().code]).toEqual([409, 'API_KEY_NOT_STORED'])
    }
    expect((await asAdmin('DELETE /api/keys/conf:2')).json().code).toBe('API_KEY_UNKNOWN')
    expect(await statusWith(CONFIGURED.key)).toBe(200)
  })

  it('always include one that may do everything', async () => {
    const bound = { permissions: 'admin', scope: { prefix: 'x' } }
    const brief = { permissions: 'admin', expires_in: 60 }
    expect((await asAdmin('POST /api/keys', bound)).statusCode).toBe(200)
    expect((await asAdmin('POST /api/keys', brief)).statusCode).toBe(200)
    clock.advance(61_000)
    const refused = await asAdmin('DELETE /api/keys/1')
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'API_KEY_LAST_ADMIN'])
    expect((await asAdmin('POST /api/keys', { permissions: 'admin' })).statusCode).toBe(200)
    expect((await asAdmin('DELETE /api/keys/1')).statusCode).toBe(200)
    expect(await statusWith(admin)).toBe(401)
  })

  it('end when they expire, or with the overlap after a rotation', async () => {
    const { api_key: brief } = (await asAdmin('POST /api/keys', { expires_in: 60 })).json()
    const { api_key: old, data } = (await asAdmin('POST /api/keys', {})).json()
    const rotated = await asAdmin(`POST /api/keys/${data.id}/rotate`, { overlap: 30 })
    const statuses = () => Promise.all([brief, old, rotated.json().api_key].map(statusWith))
    expect(await statuses()).toEqual([200, 200, 200])
    clock.advance(29_999)
    expect(await statuses()).toEqual([200, 200, 200])
    clock.advance(1)
    expect(await statuses()).toEqual([200, 401, 200])
    clock.advance(30_000)
    expect(await statuses()).toEqual([401, 401, 200])
    const { data: listed } = (await asAdmin('GET /api/keys')).json()
    expect(listed.map(({ active }: { active: boolean }) => active)).toEqual([true, true, false, false, true])
  })

  it('end at once when they are rotated without an overlap', async () => {
    const response = await asAdmin('POST /api/keys/1/rotate')
    expect(response.statusCode).toBe(200)
    expect(await statusWith(admin)).toBe(401)
    expect(await statusWith(response.json().api_key)).toBe(200)
  })
})
