import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, send, talk } from './raw.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the id of a request', () => {
  it.each(['a', 'trace-7.of_Mine', '0'.repeat(128)])('is the one it came with: %.20s', async id => {
    const { app, keys, access, log } = buildTestServer()
    const headers = { ...bearer(keys.read), 'x-request-id': id }
    const response = await app.inject({ url: '/api/stream-ids', headers })
    expect(response.headers['x-request-id']).toBe(id)
    expect(access).toMatchObject([{ requestId: id }])
    expect(log.lines.filter(line => line['reqId'] === id).length).toBe(1)
  })

  it.each(['', '0'.repeat(129), 'two words', 'a/b', 'ünï', '{"x":1}', 'a, b'])(
    'is a new one instead of %.20j',
    async id => {
      const { app } = buildTestServer()
      const response = await app.inject({ url: '/health', headers: { 'x-request-id': id } })
      expect(response.headers['x-request-id']).toMatch(UUID)
    },
  )

  it('is another one each time', async () => {
    const { app } = buildTestServer()
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await app.inject('/health')).headers['x-request-id']),
    )
    expect(new Set(ids).size).toBe(50)
  })

  it('is on every answer, whatever went wrong', async () => {
    const { app, keys, streamIds } = buildTestServer({ limits: { api: 3, stats: 1, config: 1 } })
    streamIds.list = () => Promise.reject(new Error('broken'))
    const port = await listen(app)
    const read = { headers: bearer(keys.read) }
    const answers = [
      await send(port, 'GET', '/api/stream-ids', read),
      await send(port, 'GET', '/api/stream-ids'),
      await send(port, 'POST', '/api/stream-ids', read),
      await send(port, 'GET', '/nothing'),
      await send(port, 'PUT', '/health'),
      await send(port, 'OPTIONS', '/api/keys'),
      await send(port, 'GET', '/stats/%zz'),
      await send(port, 'GET', '/api/stream-ids', read),
      await send(port, 'GET', '/api/stream-ids', read),
    ]
    expect(answers.map(({ status }) => status)).toEqual([500, 401, 403, 404, 405, 204, 400, 500, 429])
    for (const { headers } of answers) expect(headers['x-request-id']).toMatch(UUID)
    expect(await talk(port, 'hello?\r\n\r\n')).toMatch(/\r\nX-Request-Id: [0-9a-f-]{36}\r\n/)
  })
})
