import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, talk } from './raw.ts'

const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization, X-API-Key, X-Request-Id',
  'access-control-expose-headers': 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id',
}
const from = (origin: string) => ({ origin })

describe('CORS', () => {
  it.each(['/health', '/api/stream-ids', '/api/stream-ids/a/b', '/stats/x', '/no/such/path', '/'])(
    'answers OPTIONS %s without a key, a body or a limit',
    async url => {
      const { app } = buildTestServer({ limits: { api: 1, stats: 1, config: 1 } })
      for (let i = 0; i < 5; i++) {
        const response = await app.inject({ method: 'OPTIONS', url })
        expect(response.statusCode).toBe(204)
        expect(response.headers).toMatchObject({ ...HEADERS, 'access-control-max-age': '7200' })
        expect(response.headers['vary']).toBeUndefined()
        expect(response.headers['content-type']).toBeUndefined()
        expect(response.body).toBe('')
      }
    },
  )

  it('answers OPTIONS whatever its body is', async () => {
    const { app } = buildTestServer()
    const headers = { 'content-type': 'application/json' }
    const response = await app.inject({ method: 'OPTIONS', url: '/api/keys', headers, payload: '{bad' })
    expect(response.statusCode).toBe(204)
  })

  it('answers OPTIONS * too', async () => {
    const { app } = buildTestServer()
    const answer = await talk(await listen(app), 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 204 /)
  })

  it('is on every answer, good or bad', async () => {
    const { app, keys, streamIds } = buildTestServer({ limits: { api: 2, stats: 100, config: 100 } })
    streamIds.list = () => Promise.reject(new Error('broken'))
    const ask = (headers: Record<string, string>) => app.inject({ url: '/api/stream-ids', headers })
    const statuses = []
    for (const response of [
      await app.inject('/health'),
      await app.inject('/stats/x'),
      await ask({}),
      await ask(bearer(keys.read)),
      await app.inject({ method: 'POST', url: '/api/stream-ids', headers: bearer(keys.read) }),
      await ask(bearer(keys.read)),
    ]) {
      statuses.push(response.statusCode)
      expect(response.headers).toMatchObject(HEADERS)
    }
    expect(statuses).toEqual([200, 404, 401, 500, 403, 429])
  })

  it('lets the pages of a list in, each with its own origin, and no other', async () => {
    const { app } = buildTestServer({ corsOrigins: ['https://ui.example', 'http://localhost:3000'] })
    for (const origin of ['https://ui.example', 'http://localhost:3000']) {
      for (const method of ['GET', 'OPTIONS'] as const) {
        const { headers } = await app.inject({ method, url: '/health', headers: from(origin) })
        expect(headers).toMatchObject({ ...HEADERS, 'access-control-allow-origin': origin, vary: 'Origin' })
      }
    }
    const strangers = ['https://evil.example', 'https://ui.example.evil', 'http://ui.example', 'null', '*']
    for (const origin of strangers) {
      const { statusCode, headers } = await app.inject({
        method: 'OPTIONS',
        url: '/api/keys',
        headers: from(origin),
      })
      expect(statusCode).toBe(204)
      expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([])
      expect(headers['vary']).toBe('Origin')
    }
    expect((await app.inject('/health')).headers).toMatchObject({ vary: 'Origin' })
    expect((await app.inject('/health')).headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('names a single origin to everybody, as ever; a browser of another one keeps its page out', async () => {
    const { app } = buildTestServer({ corsOrigins: ['https://ui.example'] })
    for (const headers of [{}, from('https://evil.example')]) {
      const answer = await app.inject({ url: '/health', headers })
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://ui.example',
        vary: 'Origin',
      })
    }
  })

  it('honours cors_header, also after a reload', async () => {
    const { app, settings } = buildTestServer({ corsOrigins: ['https://ui.example'] })
    const ask = () => app.inject({ url: '/health', headers: from('https://ui.example') })
    expect((await ask()).headers).toMatchObject({ 'access-control-allow-origin': 'https://ui.example' })
    settings.corsOrigins = ['*']
    const second = await ask()
    expect(second.headers['access-control-allow-origin']).toBe('*')
    expect(second.headers['vary']).toBeUndefined()
    settings.corsOrigins = []
    const third = await ask()
    expect(Object.keys(third.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    expect(third.headers['vary']).toBeUndefined()
  })

  it('tells a browser for how long a preflight holds, and only a preflight', async () => {
    const { app } = buildTestServer()
    const preflight = await app.inject({ method: 'OPTIONS', url: '/api/keys' })
    expect(preflight.headers['access-control-max-age']).toBe('7200')
    expect((await app.inject('/api/keys')).headers).not.toHaveProperty('access-control-max-age')
  })
})
