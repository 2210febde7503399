import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, send } from './raw.ts'

const CORS = 'access-control-allow-origin'

describe('paths', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/nothing'],
    ['POST', '/api'],
    ['GET', '/api/'],
    ['GET', '/api/keys/'],
    ['POST', '/api/keys/x/y/rotate'],
    ['GET', '/doc'],
    ['GET', '/api/stream-ids/'],
    ['DELETE', '/api/stream-ids'],
    ['DELETE', '/api/stream-ids/'],
    ['GET', '/stats'],
    ['GET', '/stats/'],
    ['GET', '/stats?x'],
    ['GET', '/health/'],
    ['GET', '/Health'],
    ['GET', '/HEALTH'],
    ['POST', '/api%2Fkeys'],
    ['PATCH', '/x'],
  ] as const)('%s %s is unknown', async (method, url) => {
    const { app } = buildTestServer()
    const response = await app.inject({ method, url })
    expect(response.statusCode).toBe(404)
    expect(response.headers[CORS]).toBe('*')
    expect(response.headers['content-type']).toBe('application/json')
    expect(response.body).toBe('{"code":"ROUTE_UNKNOWN","message":"Not found","status":"error"}')
  })

  it.each([
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/health', 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/docs/static/index.css', 'GET, HEAD, OPTIONS'],
    ['PUT', '/api/stream-ids', 'GET, HEAD, POST, OPTIONS'],
    ['PATCH', '/api/stream-ids', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/api/stream-ids/x', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', '/api/stream-ids/a/b', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['PUT', '/api/stream-ids/a/b/tokens', 'GET, HEAD, PATCH, DELETE, POST, OPTIONS'],
    ['POST', '/stats/x', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/keys', 'GET, HEAD, POST, OPTIONS'],
    ['GET', '/api/keys/7', 'DELETE, OPTIONS'],
    ['GET', '/api/keys/7/rotate', 'POST, OPTIONS'],
  ] as const)('%s %s is the wrong method', async (method, url, allow) => {
    const { app } = buildTestServer()
    const response = await app.inject({ method, url, ...(method === 'GET' ? {} : { payload: '{bad' }) })
    expect(response.statusCode).toBe(405)
    expect(response.headers['allow']).toBe(allow)
    expect(response.headers[CORS]).toBe('*')
    expect(response.json()).toEqual({
      code: 'METHOD_NOT_ALLOWED',
      message: `Method not allowed, use ${allow}`,
      status: 'error',
    })
  })

  it.each(['/stats/%zz', '/stats/%', '/stats/%E0%A4%A', '/stats/%FF', '/api/stream-ids/50%', '/%'])(
    'answers %s, which cannot be decoded, with 400',
    async url => {
      const { app } = buildTestServer()
      const response = await send(await listen(app), 'GET', url)
      expect(response.status).toBe(400)
      expect(response.headers[CORS]).toBe('*')
      expect(response.body).toBe(
        '{"code":"REQUEST_MALFORMED","message":"The path holds a malformed percent-encoding","status":"error"}',
      )
    },
  )

  it.each([
    ['..', '/api/stream-ids/..'],
    ['a/../b', '/api/stream-ids/a/../b'],
    ['./x', '/api/stream-ids/./x'],
    ['q', 'http://elsewhere.example/api/stream-ids/q'],
    ['q', '/%61pi/stream-ids/q'],
  ])('reaches %j by %s, and logs it', async (player, path) => {
    const { app, keys, streamIds, access } = buildTestServer()
    streamIds.rows.push({ publisher: 'p', player, description: null })
    const response = await send(await listen(app), 'DELETE', path, { headers: bearer(keys.admin) })
    expect(response.status).toBe(200)
    expect(streamIds.rows).toEqual([])
    expect(access).toMatchObject([
      { endpoint: `/api/stream-ids/${player}`, method: 'DELETE', responseCode: 200 },
    ])
  })

  it('takes any ID, encoded whole or piece by piece', async () => {
    const { app, streamIds } = buildTestServer()
    const asked: string[] = []
    streamIds.hasPlayer = player => {
      asked.push(player)
      return undefined
    }
    const ids = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter(id => !/\p{Surrogate}/u.test(id))
    await fc.assert(
      fc.asyncProperty(ids, async id => {
        // inject() resolves dots as a browser does.
        fc.pre(!id.split('/').some(part => part === '.' || part === '..'))
        asked.length = 0
        await app.inject(`/stats/${encodeURIComponent(id)}`)
        await app.inject(`/stats/${id.split('/').map(encodeURIComponent).join('/')}`)
        expect(asked).toEqual([id, id])
      }),
      { numRuns: 200 },
    )
  })
})
