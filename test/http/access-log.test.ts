import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, send } from './raw.ts'

describe('the access log', () => {
  it('has a row for each outcome', async () => {
    const { app, keys, access, clock, streamIds } = buildTestServer({
      limits: { api: 5, stats: 9, config: 9 },
    })
    const ask = async (
      method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PUT' | 'OPTIONS',
      url: string,
      key = '',
      payload = '',
    ) => {
      const headers = key === '' ? {} : bearer(key)
      const remoteAddress = '203.0.113.1'
      const { statusCode } = await app.inject({
        method,
        url,
        headers,
        remoteAddress,
        ...(payload === '' ? {} : { payload }),
      })
      return statusCode
    }
    const IDS = '/api/stream-ids'
    const pair = '{"publisher":"p","player":"q/r"}'
    const statuses = [
      await ask('GET', IDS),
      await ask('GET', IDS, 'nope'),
      await ask('GET', `${IDS}?secret=1`, keys.read),
      await ask('HEAD', IDS, keys.read),
      await ask('POST', IDS, keys.read, pair),
      await ask('POST', IDS, keys.write, '{bad'),
      await ask('POST', IDS, keys.write, pair),
      await ask('POST', IDS, keys.write, pair),
      await ask('DELETE', `${IDS}/nobody`, keys.admin),
      await ask('DELETE', `${IDS}/q%2Fr`, keys.admin),
      await ask('PUT', IDS, keys.admin),
      await ask('OPTIONS', IDS),
      await ask('GET', '/api/nothing', keys.admin),
      await ask('POST', '/api/keys', keys.admin, '{}'),
    ]
    streamIds.list = () => Promise.reject(new Error('no'))
    statuses.push(
      await ask('GET', IDS, keys.read),
      await ask('GET', IDS, keys.read),
      await ask('GET', IDS, keys.read),
    )
    const expected = [401, 401, 200, 200, 403, 400, 200, 409, 404, 200, 405, 204, 404, 200, 500, 500, 429]
    expect(statuses).toEqual(expected)
    expect(access.map(({ responseCode }) => responseCode)).toEqual(expected)
    expect(access.map(({ apiKeyId }) => apiKeyId)).toEqual([
      ...[null, null, 3, 3, 3, 2, 2, 2, 1, 1],
      ...[null, null, null, 1, 3, 3, 3],
    ])
    expect(access[2]).toEqual({
      apiKeyId: 3,
      apiKeyName: 'read',
      endpoint: '/api/stream-ids',
      method: 'GET',
      ipAddress: '203.0.113.1',
      responseCode: 200,
      atMs: clock.nowMs(),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      wouldDeny: null,
    })
    expect(access[9]?.endpoint).toBe('/api/stream-ids/q/r')
  })

  it('has a row for a path that cannot be decoded', async () => {
    const { app, access } = buildTestServer()
    await send(await listen(app), 'DELETE', '/api/stream-ids/%zz')
    expect(access).toMatchObject([
      {
        apiKeyId: null,
        endpoint: '/api/stream-ids/%zz',
        method: 'DELETE',
        ipAddress: '127.0.0.1',
        responseCode: 400,
      },
    ])
  })

  it('has a row for a body that is too large', async () => {
    const { app, keys, access } = buildTestServer()
    const payload = ' '.repeat(70_000)
    await app.inject({ method: 'POST', url: '/api/keys', headers: bearer(keys.admin), payload })
    expect(access).toMatchObject([{ apiKeyId: 1, responseCode: 413 }])
  })

  it('is not about the rest', async () => {
    const { app, access } = buildTestServer()
    for (const url of ['/health', '/stats/x', '/', '/apix', '/nothing/api/x']) await app.inject(url)
    expect(access).toEqual([])
  })

  it('names the client behind a trusted proxy', async () => {
    const { app, access } = buildTestServer({ trustProxy: ['127.0.0.0/8'] })
    for (const forwarded of ['198.51.100.7', '2001:DB8::1', 'garbage']) {
      await app.inject({
        url: '/api/x',
        remoteAddress: '::ffff:127.0.0.1',
        headers: { 'x-forwarded-for': forwarded },
      })
    }
    expect(access.map(({ ipAddress }) => ipAddress)).toEqual(['198.51.100.7', '2001:db8::1', '127.0.0.1'])
  })
})

describe('the metrics', () => {
  it('hear of every answer by the pattern of its route, with the time it took', async () => {
    const { app, keys, observed } = buildTestServer()
    const headers = bearer(keys.admin)
    await app.inject({ url: '/api/stream-ids/secret/x', headers })
    await app.inject({ method: 'HEAD', url: '/api/stream-ids' })
    await app.inject({ method: 'POST', url: '/api/stream-ids/secret/tokens', headers, payload: '{}' })
    await app.inject({ method: 'DELETE', url: '/api/keys/99', headers })
    await app.inject({ method: 'PUT', url: '/api/stream-ids/secret' })
    await app.inject('/secret')
    await send(await listen(app), 'GET', '/stats/%zz')
    expect(observed.map(({ method, route, statusCode }) => [method, route, statusCode])).toEqual([
      ['GET', '/api/stream-ids/*', 404],
      ['HEAD', '/api/stream-ids', 401],
      ['POST', '/api/stream-ids/*/tokens', 404],
      ['DELETE', '/api/keys/:id', 404],
      ['PUT', 'none', 405],
      ['GET', 'none', 404],
      ['GET', 'none', 400],
    ])
    for (const { durationMs } of observed) expect(durationMs).toBeGreaterThanOrEqual(0)
  })
})
