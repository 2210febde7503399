import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, talk } from './raw.ts'

const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
}

describe('CORS', () => {
  it.each(['/health', '/api/stream-ids', '/api/stream-ids/a/b', '/stats/x', '/no/such/path', '/'])(
    'answers OPTIONS %s without a key, a body or a limit',
    async url => {
      const { app } = buildTestServer({ limits: { api: 1, stats: 1, config: 1 } })
      for (let i = 0; i < 5; i++) {
        const response = await app.inject({ method: 'OPTIONS', url })
        expect(response.statusCode).toBe(204)
        expect(response.headers).toMatchObject(HEADERS)
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
    const { app, keys, streamIds } = buildTestServer({ limits: { api: 3, stats: 100, config: 100 } })
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

  it('honours cors_header, also after a reload', async () => {
    const { app, settings } = buildTestServer({ corsOrigin: 'https://ui.example' })
    const first = await app.inject('/health')
    expect(first.headers).toMatchObject({
      'access-control-allow-origin': 'https://ui.example',
      vary: 'Origin',
    })
    settings.corsOrigin = '*'
    const second = await app.inject('/health')
    expect(second.headers['access-control-allow-origin']).toBe('*')
    expect(second.headers['vary']).toBeUndefined()
    settings.corsOrigin = ''
    expect((await app.inject('/health')).headers).not.toHaveProperty('access-control-allow-methods')
  })

  it('lets no page in and says so once when cors_header cannot be a header', async () => {
    const { app, log } = buildTestServer({ corsOrigin: 'https://ui.example\n' })
    for (let i = 0; i < 3; i++) {
      const response = await app.inject('/health')
      expect(response.statusCode).toBe(200)
      expect(response.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect(log.from(50).length).toBe(1)
  })
})
