import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, send, talk } from './raw.ts'

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

describe('security headers', () => {
  it.each([
    ['GET', '/health', 200],
    ['GET', '/nothing', 404],
    ['PUT', '/health', 405],
    ['GET', '/api/stream-ids', 401],
    ['OPTIONS', '/api/stream-ids', 204],
    ['GET', '/stats/x', 404],
    ['GET', '/stats/%zz', 400],
  ])('are on %s %s', async (method, path, status) => {
    const { app } = buildTestServer()
    const response = await send(await listen(app), method, path)
    expect(response.status).toBe(status)
    expect(response.headers).toMatchObject(HEADERS)
    expect(response.headers).not.toHaveProperty('strict-transport-security')
  })

  it('are on the answer to what is no request', async () => {
    const { app } = buildTestServer()
    const answer = (await talk(await listen(app), 'hello?\r\n\r\n')).toLowerCase()
    for (const [name, value] of Object.entries(HEADERS)) {
      expect(answer).toContain(`\r\n${name}: ${value.toLowerCase()}\r\n`)
    }
  })

  it.each([
    ['/api/stream-ids', true],
    ['/api/nothing', true],
    ['/%61pi/stream-ids', true],
    ['/metrics', true],
    ['/metrics?token=x', true],
    ['/apix', false],
    ['/health', false],
    ['/stats/api/x', false],
  ])('keep %s out of caches: %s', async (url, isKept) => {
    const { app, keys } = buildTestServer()
    const { headers } = await app.inject({ url, headers: bearer(keys.admin) })
    expect(headers['cache-control']).toBe(isKept ? 'no-store' : undefined)
  })
})
