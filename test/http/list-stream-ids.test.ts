import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'

const URL = '/api/stream-ids'

describe('GET /api/stream-ids', () => {
  it('lists for every kind of key, without empty descriptions', async () => {
    const { app, keys, streamIds } = buildTestServer()
    streamIds.rows.push(
      { publisher: 'pub1', player: 'play1', description: 'd' },
      { publisher: 'pub1', player: 'play1b', description: null },
      { publisher: 'pub2', player: 'play2', description: '' },
    )
    for (const key of Object.values(keys)) {
      const response = await app.inject({ url: URL, headers: bearer(key) })
      expect(response.statusCode).toBe(200)
      expect(response.body).toBe(
        '{"data":[{"description":"d","player":"play1","publisher":"pub1"},' +
          '{"player":"play1b","publisher":"pub1"},{"player":"play2","publisher":"pub2"}],"status":"success"}',
      )
    }
  })

  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic eA=='],
    ['the scheme in lower case', (key: string) => `bearer ${key}`],
    ['the bare key', (key: string) => key],
    ['the scheme alone', 'Bearer'],
  ])('wants the Authorization header as ever: %s', async (_, value) => {
    const { app, keys } = buildTestServer()
    const authorization = typeof value === 'function' ? value(keys.admin) : value
    const headers = authorization === undefined ? {} : { authorization }
    const response = await app.inject({ url: URL, headers })
    expect(response.statusCode).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer')
    expect(response.body).toBe(
      '{"code":"API_KEY_MISSING","message":"Missing or invalid Authorization header","status":"error"}',
    )
  })

  it.each([
    ['unknown', () => 'Bearer nope'],
    ['with a second space', (key: string) => `Bearer  ${key}`],
    ['empty', () => 'Bearer '],
  ])('refuses a key that is %s', async (_, value) => {
    const { app, keys } = buildTestServer()
    const response = await app.inject({ url: URL, headers: { authorization: value(keys.admin) } })
    expect(response.statusCode).toBe(401)
    expect(response.body).toBe('{"code":"API_KEY_INVALID","message":"Invalid API key","status":"error"}')
  })

  it('takes no key from the query', async () => {
    const { app, keys } = buildTestServer()
    const response = await app.inject(`${URL}?api_key=${keys.admin}&key=${keys.admin}`)
    expect(response.statusCode).toBe(401)
  })

  it('answers HEAD', async () => {
    const { app, keys } = buildTestServer()
    const response = await app.inject({ method: 'HEAD', url: URL, headers: bearer(keys.read) })
    expect([response.statusCode, response.body]).toEqual([200, ''])
    expect((await app.inject({ method: 'HEAD', url: URL })).statusCode).toBe(401)
  })
})
