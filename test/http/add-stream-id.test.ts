import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'

const MISSING = 'Missing or invalid required fields: publisher, player'
const DESCRIPTION = 'Invalid field: description must be a string of at most 1024 characters'

function post({ app, keys }: TestServer, body: unknown, key: keyof TestServer['keys'] = 'write') {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return app.inject({ method: 'POST', url: '/api/stream-ids', headers: bearer(keys[key]), payload })
}

describe('POST /api/stream-ids', () => {
  it.each(['write', 'admin'] as const)('adds for a key that may %s', async key => {
    const server = buildTestServer()
    const response = await post(server, { publisher: 'p', player: 'q', description: 'd' }, key)
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"message":"Stream ID added successfully","status":"success"}')
    expect(server.streamIds.rows).toEqual([{ publisher: 'p', player: 'q', description: 'd' }])
  })

  it('refuses a key that may only read, before it looks at the body', async () => {
    const server = buildTestServer()
    const response = await post(server, '{bad', 'read')
    expect(response.statusCode).toBe(403)
    expect(response.json()).toEqual({
      code: 'PERMISSION_DENIED',
      message: 'Insufficient permissions',
      status: 'error',
    })
  })

  it('names the player that is there already', async () => {
    const server = buildTestServer()
    await post(server, { publisher: 'p', player: "it's" })
    const response = await post(server, { publisher: 'other', player: "it's" })
    expect(response.statusCode).toBe(409)
    expect(response.json()).toEqual({
      code: 'STREAM_ID_EXISTS',
      message: "Stream ID with player 'it's' already exists",
      status: 'error',
    })
  })

  it.each([
    [{ publisher: 'p' }, MISSING],
    [{ player: 'q' }, MISSING],
    [{ publisher: 1, player: 'q' }, MISSING],
    [{ publisher: null, player: 'q' }, MISSING],
    [[], MISSING],
    ['"text"', MISSING],
    ['null', MISSING],
    ['12', MISSING],
    ['{"__proto__":{"publisher":"p","player":"q"}}', MISSING],
    ['{"constructor":{"prototype":{"publisher":"p"}},"player":"q"}', MISSING],
    [{ publisher: 'p', player: 'q', description: 5 }, DESCRIPTION],
    [{ publisher: 'p', player: 'q', description: {} }, DESCRIPTION],
    [{ publisher: 'p', player: 'q', description: 'x'.repeat(1025) }, DESCRIPTION],
    ['{bad', 'Invalid JSON body'],
    ['', 'Invalid JSON body'],
    ['publisher=p&player=q', 'Invalid JSON body'],
    [Buffer.from('7b22707562ff', 'hex'), 'Invalid JSON body'],
    [{ publisher: '', player: 'q' }, 'publisher must not be empty'],
  ])('answers %j with 400', async (body, message) => {
    const server = buildTestServer()
    const response = await post(server, body)
    expect(response.statusCode).toBe(400)
    expect(response.json()).toEqual({ code: 'BODY_INVALID', message, status: 'error' })
    expect(server.streamIds.rows).toEqual([])
  })

  it.each(['x'.repeat(513), 'a\nb', 'a\u0000b', '\ud800'])(
    'leaves the rules for IDs to the gatekeeper: %j',
    async id => {
      const server = buildTestServer()
      const response = await post(server, JSON.stringify({ publisher: 'p', player: id }))
      expect(response.statusCode).toBe(400)
      expect(response.json().message).toMatch(/^player must /)
    },
  )

  it('takes null for no description and ignores properties it does not know', async () => {
    const server = buildTestServer()
    const body = '{"publisher":"p","player":"q","description":null,"extra":[1],"__proto__":{"x":1}}'
    expect((await post(server, body)).statusCode).toBe(200)
    expect(server.streamIds.rows).toEqual([{ publisher: 'p', player: 'q', description: null }])
  })

  it.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
    'a/b/c;;;',
    '',
  ])('does not look at the Content-Type: %j', async type => {
    const { app, keys } = buildTestServer()
    const response = await app.inject({
      method: 'POST',
      url: '/api/stream-ids',
      headers: { ...bearer(keys.write), 'content-type': type },
      payload: '{"publisher":"p","player":"q"}',
    })
    expect(response.statusCode).toBe(200)
  })

  it('takes a body with a byte order mark and one as large as allowed', async () => {
    const server = buildTestServer()
    expect((await post(server, '\ufeff{"publisher":"p","player":"q"}')).statusCode).toBe(200)
    const body = JSON.stringify({ publisher: 'p', player: 'r' })
    expect((await post(server, body + ' '.repeat(65_536 - body.length))).statusCode).toBe(200)
  })

  it('refuses more than 64 KiB', async () => {
    const server = buildTestServer()
    const response = await post(server, ' '.repeat(65_537))
    expect(response.statusCode).toBe(413)
    expect(response.json()).toEqual({
      code: 'BODY_TOO_LARGE',
      message: 'The body is larger than 65536 bytes',
      status: 'error',
    })
  })
})
