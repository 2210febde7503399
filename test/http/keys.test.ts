import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'

const NAME = 'Invalid field: name must be a string of at most 256 characters'
const PERMISSIONS = 'Invalid field: permissions must be one of read, write, admin'

const post = ({ app, keys }: TestServer, payload: string, key: keyof TestServer['keys'] = 'admin') =>
  app.inject({ method: 'POST', url: '/api/keys', headers: bearer(keys[key]), payload })

describe('POST /api/keys', () => {
  it.each([
    ['{}', 'New API Key', 'read'],
    ['{"name":"a"}', 'a', 'read'],
    ['{"name":"","permissions":"write"}', '', 'write'],
    ['{"permissions":"admin","other":1}', 'New API Key', 'admin'],
  ])('makes a key of %s', async (body, name, permissions) => {
    const server = buildTestServer()
    const response = await post(server, body)
    expect(response.statusCode).toBe(200)
    expect(response.body).toMatch(
      /^\{"api_key":"[0-9A-Za-z]{32}","data":\{[^{}]*\},"message":"Save this key securely\. It cannot be retrieved again\.","status":"success"\}$/,
    )
    expect(response.json().data).toMatchObject({ id: 4, name, permissions, scope: null, source: 'database' })
    expect(server.keyRing.verify(response.json().api_key)).toMatchObject({ name, permissions })
  })

  it.each(['read', 'write'] as const)(
    'refuses a key that may only %s, before it looks at the body',
    async key => {
      const response = await post(buildTestServer(), 'x', key)
      expect(response.statusCode).toBe(403)
      expect(response.body).toBe(
        '{"code":"PERMISSION_DENIED","message":"Admin permissions required","status":"error"}',
      )
    },
  )

  it.each([
    ['x', 'Invalid JSON body'],
    ['', 'Invalid JSON body'],
    ['[]', 'Invalid JSON body: an object is expected'],
    ['null', 'Invalid JSON body: an object is expected'],
    ['"admin"', 'Invalid JSON body: an object is expected'],
    ['{"name":1}', NAME],
    ['{"name":null}', NAME],
    [`{"name":"${'n'.repeat(257)}"}`, NAME],
    ['{"permissions":"superuser"}', PERMISSIONS],
    ['{"permissions":"Admin"}', PERMISSIONS],
    ['{"permissions":["admin"]}', PERMISSIONS],
    ['{"permissions":null}', PERMISSIONS],
  ])('answers %s with 400', async (body, message) => {
    const server = buildTestServer()
    const response = await post(server, body)
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({ code: 'BODY_INVALID', message, status: 'error' })
  })
})
