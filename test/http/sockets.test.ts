import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { listen, send, talk } from './raw.ts'

describe('what is no request', () => {
  it.each([
    ['text', 'hello?\r\n\r\n'],
    ['bytes', Buffer.from('16030100a5010000a103031a', 'hex')],
    ['an unknown method', 'FROB /health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a bad version', 'GET /health HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a bad length', 'POST /api/keys HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n'],
    [
      'two framings',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
  ])('gets a clean 400: %s', async (_, bytes) => {
    const { app, log } = buildTestServer()
    const answer = await talk(await listen(app), bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer.match(/HTTP\/1\.1/g)?.length).toBe(1)
    expect(log.from(30)).toEqual([])
  })

  it('says so in JSON', async () => {
    const { app } = buildTestServer()
    const answer = await talk(await listen(app), 'hello?\r\n\r\n')
    expect(answer).toContain('Content-Type: application/json\r\n')
    expect(answer.split('\r\n\r\n')[1]).toBe(
      '{"code":"REQUEST_MALFORMED","message":"The request is not valid HTTP","status":"error"}',
    )
  })

  it('has a status of its own for too many headers', async () => {
    const { app } = buildTestServer()
    const answer = await talk(
      await listen(app),
      `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('"code":"HEADERS_TOO_LARGE"')
  })

  it('leaves the server at work', async () => {
    const { app } = buildTestServer()
    const port = await listen(app)
    await Promise.all(Array.from({ length: 50 }, (_, i) => talk(port, `${'\u0000'.repeat(i + 1)}\r\n\r\n`)))
    expect((await send(port, 'GET', '/health')).status).toBe(200)
  })
})

describe('large bodies', () => {
  it.each([
    ['with its length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('refuses a megabyte %s, and the client can read why', async (_, framing) => {
    const { app, keys, streamIds } = buildTestServer()
    const port = await listen(app)
    const body = Buffer.alloc(1 << 20, ' ')
    const headers = { ...bearer(keys.admin), ...framing }
    const response = await send(port, 'POST', '/api/stream-ids', { headers, body })
    expect(response.status).toBe(413)
    expect(response.body).toContain('"code":"BODY_TOO_LARGE"')
    expect(streamIds.rows).toEqual([])
  })

  it('does not even read it without a key', async () => {
    const { app } = buildTestServer()
    const port = await listen(app)
    const response = await send(port, 'POST', '/api/keys', { body: Buffer.alloc(1 << 20, ' ') })
    expect(response.status).toBe(401)
    const unknown = await send(port, 'POST', '/nothing', { body: Buffer.alloc(1 << 20, ' ') })
    expect(unknown.status).toBe(404)
  })
})

describe('time limits', () => {
  it('are set against slow clients', () => {
    const { server } = buildTestServer().app
    expect(server.headersTimeout).toBe(10_000)
    expect(server.requestTimeout).toBe(30_000)
    expect(server.timeout).toBe(75_000)
    expect(server.keepAliveTimeout).toBe(65_000)
    expect(server.maxConnections).toBe(2000)
  })
})
