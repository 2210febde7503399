import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/access/api-keys.ts'
import { sendJson } from '../../src/http/json.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { AppError } from '../../src/lib/errors.ts'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'

/** A route that tells whose request it was. */
function echo(path: string, changes: Partial<RouteSpec> = {}): RouteSpec {
  return {
    method: 'GET',
    path,
    access: 'read',
    scoped: 'own',
    limit: 'api',
    tag: 'Test',
    operationId: path.slice(1),
    summary: 'Tells whose request it was.',
    answers: { 200: { description: 'Whose.' } },
    handler: () => (request, reply) =>
      sendJson(reply, 200, { name: request.apiKey?.name ?? null, scope: request.scope }),
    ...changes,
  }
}

/** Refuses as the parts behind the handlers do when something isn't covered. */
const picky = echo('/picky', {
  handler: () => (request, reply) => {
    if (request.scope !== null) throw new AppError('SCOPE_DENIED', 'This one is not yours')
    return sendJson(reply, 200, { name: request.apiKey?.name })
  },
})

const TABLE = [
  echo('/read'),
  echo('/write', { access: 'write' }),
  echo('/admin', { access: 'admin' }),
  echo('/own-words', { access: 'admin', denial: 'Admin or write permissions required' }),
  echo('/all', { scoped: 'denied' }),
  echo('/public', { access: 'public', scoped: 'public' }),
  picky,
]

function build(settings: Parameters<typeof buildTestServer>[0] = {}) {
  return buildTestServer(settings, {}, { routes: TABLE })
}

async function ask({ app }: TestServer, url: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url, headers })
  return { ...response.json(), status: response.statusCode }
}

describe('a key', () => {
  it('is taken from Authorization or X-API-Key', async () => {
    const server = build()
    const { read } = server.keys
    const found = { status: 200, name: 'read' }
    expect(await ask(server, '/read', bearer(read))).toMatchObject(found)
    expect(await ask(server, '/read', { 'x-api-key': read })).toMatchObject(found)
    expect(await ask(server, '/read', { ...bearer(read), 'x-api-key': read })).toMatchObject(found)
  })

  it('may be in X-API-Key while Authorization is of another kind, or empty', async () => {
    const server = build()
    const basic = { authorization: 'Basic eA==', 'x-api-key': server.keys.read }
    expect(await ask(server, '/read', basic)).toMatchObject({ status: 200, name: 'read' })
    expect(await ask(server, '/read', { ...bearer(server.keys.read), 'x-api-key': '' })).toMatchObject({
      status: 200,
    })
    expect(await ask(server, '/read', { 'x-api-key': '' })).toMatchObject({ code: 'API_KEY_MISSING' })
  })

  it('is none when two different ones are given, even if both are good', async () => {
    const server = build()
    const { read, admin } = server.keys
    const refused = { status: 401, code: 'API_KEY_INVALID', message: 'Invalid API key' }
    for (const [one, other] of [
      [read, admin],
      [read, 'wrong'],
      ['wrong', read],
    ] as const) {
      expect(await ask(server, '/read', { ...bearer(one), 'x-api-key': other })).toMatchObject(refused)
    }
  })

  it.each(PERMISSIONS)('that may %s reaches what is at or below', async permission => {
    const server = build()
    const statuses = []
    for (const url of ['/read', '/write', '/admin']) {
      statuses.push((await ask(server, url, bearer(server.keys[permission]))).status)
    }
    expect(statuses).toEqual(
      { read: [200, 403, 403], write: [200, 200, 403], admin: [200, 200, 200] }[permission],
    )
  })

  it('that is not allowed hears the sentence of the route', async () => {
    const server = build()
    const headers = bearer(server.keys.read)
    const denied = { status: 403, code: 'PERMISSION_DENIED' }
    expect(await ask(server, '/write', headers)).toMatchObject({
      ...denied,
      message: 'Insufficient permissions',
    })
    expect(await ask(server, '/admin', headers)).toMatchObject({
      ...denied,
      message: 'Admin permissions required',
    })
    expect(await ask(server, '/own-words', headers)).toMatchObject({
      ...denied,
      message: 'Admin or write permissions required',
    })
  })

  it('bound to some players carries its scope to the handler, and stays out of what is for all', async () => {
    const server = build()
    const scope = { prefix: 'live_' }
    const key = server.keyRing.add('admin', 'bound', { scope })
    expect(await ask(server, '/read', bearer(key))).toEqual({ status: 200, name: 'bound', scope })
    expect(await ask(server, '/all', bearer(key))).toMatchObject({
      status: 403,
      code: 'SCOPE_DENIED',
      message: 'This key is bound to some players and may not do this',
    })
    expect(await ask(server, '/all', bearer(server.keys.read))).toMatchObject({ status: 200, scope: null })
    expect(await ask(server, '/picky', bearer(key))).toMatchObject({ status: 403, code: 'SCOPE_DENIED' })
  })

  it('of the configuration has a name and no id in the access log', async () => {
    const { app, keyRing, access } = buildTestServer()
    const key = keyRing.add('read', 'from the conf', { id: null, ref: 'conf:1' })
    await app.inject({ url: '/api/stream-ids', headers: bearer(key) })
    expect(access).toMatchObject([{ apiKeyId: null, apiKeyName: 'from the conf' }])
  })

  it('is not asked for where none is needed, and a wrong one does no harm there', async () => {
    const server = build()
    expect(await ask(server, '/public')).toMatchObject({ status: 200, name: null })
    expect(await ask(server, '/public', bearer('wrong'))).toMatchObject({ status: 200, name: null })
    expect(await ask(server, '/public', bearer(server.keys.read))).toMatchObject({ name: 'read' })
  })
})

describe('authz log', () => {
  it.each([
    ['no key', '/read', () => ({}), 'API_KEY_MISSING'],
    ['a wrong key', '/read', () => bearer('wrong'), 'API_KEY_INVALID'],
    ['too little', '/admin', ({ keys }: TestServer) => bearer(keys.read), 'PERMISSION_DENIED'],
  ] as const)('lets %s through and records it', async (_, url, headersOf, code) => {
    const server = build({ authz: 'log' })
    const { status, scope } = await ask(server, url, headersOf(server))
    expect({ status, scope }).toEqual({ status: 200, scope: null })
    expect(server.log.from(40)).toMatchObject([{ level: 40, code, route: url, method: 'GET' }])
  })

  it('lets a bound key do what is for all, and what its scope does not cover', async () => {
    const server = build({ authz: 'log' })
    const key = server.keyRing.add('admin', 'bound', { scope: { prefix: 'live_' } })
    expect(await ask(server, '/all', bearer(key))).toMatchObject({ status: 200, name: 'bound' })
    server.clock.advance(1000)
    expect(await ask(server, '/picky', bearer(key))).toEqual({ status: 200, name: 'bound' })
    expect(server.log.from(40)).toMatchObject([
      { code: 'SCOPE_DENIED', route: '/all', apiKeyName: 'bound' },
      { code: 'SCOPE_DENIED', route: '/picky', apiKeyName: 'bound' },
    ])
  })

  it('records nothing of what is allowed anyway', async () => {
    const server = build({ authz: 'log' })
    await ask(server, '/admin', bearer(server.keys.admin))
    await ask(server, '/public')
    expect(server.log.from(40)).toEqual([])
  })

  it('writes a line a second at most, but every request to the access log', async () => {
    const server = buildTestServer({ authz: 'log' })
    for (let i = 0; i < 10; i++) await server.app.inject('/api/stream-ids')
    await server.app.inject({ url: '/api/stream-ids', headers: bearer(server.keys.read) })
    expect(server.log.from(40).length).toBe(1)
    expect(server.access.map(({ wouldDeny }) => wouldDeny)).toEqual([
      ...Array.from({ length: 10 }, () => 'API_KEY_MISSING'),
      null,
    ])
    server.clock.advance(1000)
    await server.app.inject('/api/stream-ids')
    expect(server.log.from(40)).toMatchObject([{ suppressedCount: 0 }, { suppressedCount: 9 }])
  })

  it('keeps the limits', async () => {
    const server = build({ authz: 'log', limits: { api: 2, stats: 2, config: 2 } })
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await ask(server, '/read', bearer(`wrong ${i}`))).status)
    expect(statuses).toEqual([200, 200, 429])
  })
})

describe('authz off', () => {
  it('asks for nothing, records nothing, and still knows a key', async () => {
    const server = build({ authz: 'off' })
    const bound = server.keyRing.add('read', 'bound', { scope: { prefix: 'live_' } })
    expect(await ask(server, '/admin')).toMatchObject({ status: 200, name: null })
    expect(await ask(server, '/admin', bearer('wrong'))).toMatchObject({ status: 200, name: null })
    expect(await ask(server, '/admin', bearer(server.keys.read))).toMatchObject({ status: 200, name: 'read' })
    expect(await ask(server, '/all', bearer(bound))).toEqual({ status: 200, name: 'bound', scope: null })
    expect(await ask(server, '/picky', bearer(bound))).toEqual({ status: 200, name: 'bound' })
    expect(server.log.from(40)).toEqual([])
  })

  it('may be switched while the server runs', async () => {
    const server = build({ authz: 'off' })
    expect((await ask(server, '/read')).status).toBe(200)
    server.settings.authz = 'on'
    expect((await ask(server, '/read')).status).toBe(401)
    server.settings.authz = 'log'
    expect((await ask(server, '/read')).status).toBe(200)
  })
})
