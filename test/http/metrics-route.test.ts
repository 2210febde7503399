import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { ask } from './ask.ts'

const TOKEN = 'a-token-of-some-length'

describe('GET /metrics', () => {
  it('is no path at all until metrics_token is set', async () => {
    const { app } = buildTestServer()
    for (const url of ['/metrics', '/metrics?token=', `/metrics?token=${TOKEN}`] as const) {
      const response = await ask(app, `GET ${url}`, { headers: bearer('') })
      expect(response.statusCode).toBe(404)
      expect(response.json()).toEqual({ code: 'METRICS_OFF', message: 'Not found', status: 'error' })
    }
  })

  it.each([
    ['nothing', {}, ''],
    ['another token', bearer('other'), ''],
    ['a part of it', bearer(TOKEN.slice(1)), ''],
    ['more than it', bearer(`${TOKEN}x`), ''],
    ['it in other letters', bearer(TOKEN.toUpperCase()), ''],
    ['it without the scheme', { authorization: TOKEN }, ''],
    ['another token in the query', {}, '?token=other'],
    ['a wrong header beside the right query', bearer('other'), `?token=${TOKEN}`],
    ['it as X-API-Key', { 'x-api-key': TOKEN }, ''],
  ])('refuses %s', async (_, headers, query) => {
    const { app } = buildTestServer({ metricsToken: TOKEN })
    const response = await ask(app, `GET /metrics${query}`, { headers })
    expect(response.statusCode).toBe(403)
    expect(response.json()).toEqual({
      code: 'METRICS_TOKEN_INVALID',
      message: 'Missing or invalid metrics token',
      status: 'error',
    })
  })

  it('takes no API key for the token', async () => {
    const { app, keys } = buildTestServer({ metricsToken: TOKEN })
    expect((await ask(app, 'GET /metrics', { key: keys.admin })).statusCode).toBe(403)
  })

  it.each([
    ['header', bearer(TOKEN), ''],
    ['query', {}, `?token=${TOKEN}`],
    ['query beside a header for a proxy', { authorization: 'Basic eA==' }, `?token=${TOKEN}`],
  ])('answers with the token in the %s', async (_, headers, query) => {
    const { app } = buildTestServer({ metricsToken: TOKEN })
    const response = await ask(app, `GET /metrics${query}`, { headers })
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.body).toBe('# none\n')
  })

  it('follows a change of the token', async () => {
    const { app, settings } = buildTestServer({ metricsToken: TOKEN })
    settings.metricsToken = 'another-token-of-some-length'
    expect((await ask(app, 'GET /metrics', { headers: bearer(TOKEN) })).statusCode).toBe(403)
    expect((await ask(app, 'GET /metrics', { headers: bearer(settings.metricsToken) })).statusCode).toBe(200)
    settings.metricsToken = ''
    expect((await ask(app, 'GET /metrics', { headers: bearer(TOKEN) })).statusCode).toBe(404)
  })

  it('is limited as the statistics are', async () => {
    const { app } = buildTestServer({ metricsToken: TOKEN, limits: { api: 9, stats: 2, config: 9 } })
    const statuses: number[] = []
    for (let count = 0; count < 3; count += 1) {
      statuses.push((await ask(app, 'GET /metrics', { headers: bearer('guess') })).statusCode)
    }
    expect(statuses).toEqual([403, 403, 429])
  })
})
