import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'

const remove = ({ app, keys }: TestServer, path: string, key: keyof TestServer['keys'] = 'admin') =>
  app.inject({ method: 'DELETE', url: `/api/stream-ids/${path}`, headers: bearer(keys[key]) })

describe('DELETE /api/stream-ids/*', () => {
  it.each([
    ['plain', 'plain'],
    ['a/b c', 'a/b%20c'],
    ['a/b c', 'a%2Fb%20c'],
    ['a/b/c', 'a/b%2fc'],
    ['50%', '50%25'],
    ['%2F', '%252F'],
    ['ünï', '%C3%BCn%C3%AF'],
    ['a?b#c', 'a%3Fb%23c'],
    ['/lead//double/', '/lead//double/'],
    ['#!::r=x,m=publish', '%23!::r=x,m=publish'],
    ['a+b&c=d;e', 'a+b&c=d;e'],
    ['x'.repeat(512), 'x'.repeat(512)],
    ['€'.repeat(170), encodeURIComponent('€'.repeat(170))],
  ])('removes %.30j by %.30j', async (player, path) => {
    const server = buildTestServer()
    server.streamIds.rows.push({ publisher: 'p', player, description: null })
    const response = await remove(server, path)
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"message":"Stream ID deleted successfully","status":"success"}')
    expect(server.streamIds.rows).toEqual([])
  })

  it('does not care about a body', async () => {
    const server = buildTestServer()
    server.streamIds.rows.push({ publisher: 'p', player: 'q', description: null })
    const { app, keys } = server
    const headers = { ...bearer(keys.admin), 'content-type': 'application/json' }
    const response = await app.inject({
      method: 'DELETE',
      url: '/api/stream-ids/q',
      headers,
      payload: '{bad',
    })
    expect(response.statusCode).toBe(200)
  })

  it('answers 404 for one that is not there', async () => {
    const response = await remove(buildTestServer(), 'nobody')
    expect(response.statusCode).toBe(404)
    expect(response.body).toBe(
      '{"code":"STREAM_ID_UNKNOWN","message":"Stream ID not found","status":"error"}',
    )
  })

  it.each(['read', 'write'] as const)('refuses a key that may only %s', async key => {
    const server = buildTestServer()
    server.streamIds.rows.push({ publisher: 'p', player: 'q', description: null })
    const response = await remove(server, 'q', key)
    expect(response.statusCode).toBe(403)
    expect(response.json()).toMatchObject({ message: 'Admin permissions required', status: 'error' })
    expect(server.streamIds.rows.length).toBe(1)
  })

  it('does not take a publisher for a player', async () => {
    const server = buildTestServer()
    server.streamIds.rows.push({ publisher: 'p', player: 'q', description: null })
    expect((await remove(server, 'p')).statusCode).toBe(404)
  })
})
