import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Previews } from '../../src/streams/previews.ts'
import { bearer, buildTestServer, MemoryLog, TestClock } from '../support/build.ts'
import { NULL_PACKET } from '../support/fake-taps.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { until } from '../support/wait.ts'
import { ask } from './ask.ts'
import { listen } from './raw.ts'

const HEAD = { method: 'HEAD' } as const
const OFFLINE = {
  code: 'STREAM_NOT_LIVE',
  message: 'Publisher is currently not streaming',
  status: 'error',
}

async function publish({ streamIds, engine }: RealServer, player = 'live/1') {
  await streamIds.add({ publisher: 'studio', player }, null)
  engine.connect({ listener: 'publish:4001', streamId: 'studio' })
  // Its event is on the way.
  await new Promise(resolve => setImmediate(resolve))
}

/** A server whose previews never end by themselves. */
async function buildEndless() {
  const clock = new TestClock()
  const taps: PassThrough[] = []
  const tap = () => {
    const made = new PassThrough()
    taps.push(made)
    made.write(NULL_PACKET)
    return made
  }
  const previews = new Previews({ taps: { tap }, clock, log: new MemoryLog().logger })
  const server = await buildRealServer({}, { previews })
  await publish(server)
  const port = await listen(server.app)
  const open = (key: string) => fetch(`http://127.0.0.1:${port}/api/preview/live/1`, { headers: bearer(key) })
  const closed = (count: number) =>
    until(() => taps.filter(({ destroyed }) => destroyed).length === count, {
      deadlineMs: 20_000,
      what: `${count} closed taps`,
    })
  return { ...server, taps, previews, open, closed }
}

describe('GET /api/preview', () => {
  it('answers with the packets as they are', async () => {
    const server = await buildRealServer()
    await publish(server)
    const response = await ask(server.app, 'GET /api/preview/live/1', { key: server.keys.read })
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'x-request-id': expect.any(String),
    })
    expect(response.headers['content-length']).toBe(undefined)
    expect(response.rawPayload).toEqual(NULL_PACKET)
    await server.accessLog.flush()
    const entries = await server.accessLog.find({ limit: 10 })
    expect(entries.map(({ endpoint, responseCode }) => [endpoint, responseCode])).toEqual([
      ['/api/preview/live/1', 200],
    ])
  })

  it('says when nobody publishes, when nobody is known, and nothing when it is off', async () => {
    const { app, keys, streamIds, settings } = await buildRealServer()
    await streamIds.add({ publisher: 'studio', player: 'live_1' }, null)
    const get = (player: string) => ask(app, `GET /api/preview/${player}`, { key: keys.read })
    const offline = await get('live_1')
    expect([offline.statusCode, offline.json()]).toEqual([409, OFFLINE])
    expect((await get('nobody')).json().code).toBe('PLAYER_UNKNOWN')
    // A publisher's stream ID is no player's.
    expect((await get('studio')).json().code).toBe('PLAYER_UNKNOWN')
    settings.isPreviewOn = false
    const off = await get('live_1')
    expect([off.statusCode, off.json()]).toEqual([
      404,
      { code: 'PREVIEW_OFF', message: 'Not found', status: 'error' },
    ])
  })

  it('answers HEAD without a tap', async () => {
    const { app, keys, taps, streamIds } = await buildEndless()
    const headers = bearer(keys.read)
    const response = await app.inject({ ...HEAD, url: '/api/preview/live/1', headers })
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'video/mp2t'])
    await streamIds.add({ publisher: 'other', player: 'silent' }, null)
    expect((await app.inject({ ...HEAD, url: '/api/preview/silent', headers })).statusCode).toBe(409)
    expect((await app.inject({ ...HEAD, url: '/api/preview/none', headers })).statusCode).toBe(404)
    expect(taps.length).toBe(0)
  })

  it('opens none on the way down', async () => {
    const { app, keys, state } = await buildEndless()
    state.isDraining = true
    const response = await ask(app, 'GET /api/preview/live/1', { key: keys.read })
    expect([response.statusCode, response.json().code]).toEqual([503, 'DRAINING'])
  })

  it('is eight of a key at once, and says when to come back', async () => {
    const { keys, open, addKey, closed } = await buildEndless()
    const controllers = await Promise.all(Array.from({ length: 8 }, () => open(keys.read)))
    const ninth = await open(keys.read)
    expect([ninth.status, ninth.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await ninth.json()).toMatchObject({ code: 'PREVIEW_LIMIT', message: 'Too many previews are open' })
    const other = await open(await addKey({ name: 'other' }))
    expect(other.status).toBe(200)
    await Promise.all([...controllers, other].map(response => response.body?.cancel()))
    await closed(9)
  })

  it('closes its tap when the client goes', async () => {
    const { keys, open, closed } = await buildEndless()
    const response = await open(keys.read)
    await response.body?.cancel()
    await closed(1)
  })

  it('ends properly when the key is revoked, and goes on with another', async () => {
    const { keyRing, open, previews, addKey, taps, closed } = await buildEndless()
    const [mine, yours] = [await addKey({ name: 'mine' }), await addKey({ name: 'yours' })]
    const ended = (await open(mine)).arrayBuffer()
    const going = await open(yours)
    previews.check()
    expect(taps.some(({ destroyed }) => destroyed)).toBe(false)
    const id = keyRing.verify(mine)?.id
    await keyRing.revoke(id ?? '')
    previews.check()
    await closed(1)
    expect((await ended).byteLength).toBe(NULL_PACKET.length)
    await going.body?.cancel()
    await closed(2)
  })

  it.each([
    ['the pair is removed', ({ streamIds }: RealServer) => streamIds.remove('live/1', null)],
    [
      'the player gets another publisher',
      ({ streamIds }: RealServer) => streamIds.update('live/1', { publisher: 'other' }, null),
    ],
    [
      'previews are switched off',
      ({ settings }: RealServer) => {
        settings.isPreviewOn = false
      },
    ],
  ])('ends when %s', async (_, change) => {
    const server = await buildEndless()
    const answer = (await server.open(server.keys.read)).arrayBuffer()
    await change(server)
    server.previews.check()
    expect((await answer).byteLength).toBe(NULL_PACKET.length)
  })

  it('does not hold up the end of the server, not even one that nobody reads', async () => {
    const { app, keys, open, taps } = await buildEndless()
    const answer = (await open(keys.read)).arrayBuffer()
    const stuck = await open(keys.write)
    for (let i = 0; i < 3000; i += 1) taps[1]?.write(Buffer.alloc(8192))
    await app.close()
    expect((await answer).byteLength).toBe(NULL_PACKET.length)
    expect(taps.every(({ destroyed }) => destroyed)).toBe(true)
    await stuck.body?.cancel().catch(() => undefined)
  })

  it('wants no key where nobody needs one', async () => {
    const { app, streamIds, engine } = buildTestServer({ authz: 'off' })
    await streamIds.add({ publisher: 'p', player: 'q' })
    engine.connect({ listener: 'publish:4001', streamId: 'p' })
    await new Promise(resolve => setImmediate(resolve))
    expect((await app.inject('/api/preview/q')).statusCode).toBe(200)
  })
})
