import { describe, expect, it } from 'vitest'
import { EventStreams } from '../../src/http/event-streams.ts'
import { TestEventSource } from '../support/event-source.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { until } from '../support/wait.ts'
import { ask } from './ask.ts'
import { emitRange, listen, someEvent } from './some-event.ts'

const HASTY = { heartbeatMs: 20, drainMs: 200, farewellMs: 100 }
const NEVER_MS = 2 ** 30

const build = (limits: object) => buildRealServer({}, {}, { eventStreams: limits })
const open = (url: string, key: string) => TestEventSource.open(`${url}/api/events`, { key })
const streamsOf = ({ app }: RealServer) => app.eventStreams

async function waitForStreams(server: RealServer, count: number): Promise<void> {
  const what = `${count} streams`
  await until(() => streamsOf(server).count === count, { deadlineMs: 15_000, what })
}

describe('an event stream lives as long as', () => {
  it('its key is not revoked', async () => {
    const server = await build(HASTY)
    const url = await listen(server)
    const key = await server.addKey({ name: 'page' })
    const [source, other] = [await open(url, key), await open(url, server.keys.read)]
    const { id } = (await server.keyRing.list()).find(({ name }) => name === 'page') ?? { id: 0 }
    await server.keyRing.revoke(id)
    await source.waitForEnd()
    server.events.emit(someEvent())
    await other.waitFor(1)
    expect([source.events, other.isEnded]).toEqual([[], false])
    await waitForStreams(server, 1)
  })

  it('its key is revoked, to the event: nothing that comes afterwards is told', async () => {
    const server = await build({ heartbeatMs: NEVER_MS })
    const key = await server.addKey({ name: 'page' })
    const source = await open(await listen(server), key)
    server.events.emit(someEvent())
    await source.waitFor(1)
    const { id } = (await server.keyRing.list()).find(({ name }) => name === 'page') ?? { id: 0 }
    await server.keyRing.revoke(id)
    server.events.emit(someEvent())
    await source.waitForEnd()
    expect(source.events).toHaveLength(1)
  })

  it('its key has not expired', async () => {
    const server = await build(HASTY)
    const key = await server.addKey({ expiresAtMs: server.clock.nowMs() + 60_000 })
    const source = await open(await listen(server), key)
    await until(() => source.text.split(': heartbeat').length > 3, { deadlineMs: 15_000, what: 'heartbeats' })
    expect(source.isEnded).toBe(false)
    server.clock.advance(60_000)
    await source.waitForEnd()
  })

  it('the server: a shutdown ends all, also those that take nothing', async () => {
    const server = await build({ ...HASTY, drainMs: NEVER_MS, heartbeatMs: NEVER_MS })
    const url = await listen(server)
    const [source, stuck] = [await open(url, server.keys.read), await open(url, server.keys.read)]
    stuck.pause()
    await waitForStreams(server, 2)
    emitRange(server, 1, 3)
    await source.waitFor(3)
    await fillUp(server)
    await server.app.close()
    await waitForStreams(server, 0)
    await source.waitForEnd()
  })

  it('the server is not about to stop', async () => {
    const server = await build(HASTY)
    const source = await open(await listen(server), server.keys.read)
    server.state.isDraining = true
    await source.waitForEnd()
  })

  it('its peer', async () => {
    const server = await build({ heartbeatMs: NEVER_MS })
    const url = await listen(server)
    const sources = await Promise.all([1, 2, 3].map(() => open(url, server.keys.read)))
    await waitForStreams(server, 3)
    for (const source of sources) source.close()
    await waitForStreams(server, 0)
  })
})

/** More than sockets hold. */
async function fillUp(server: RealServer): Promise<void> {
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 20; i++) {
      server.events.emit(someEvent({ type: 'publish', data: { publisher: 'x'.repeat(20_000) } }))
    }
    await server.events.flush()
    await new Promise(resolve => setImmediate(resolve))
  }
}

describe('a subscriber that takes nothing', () => {
  it('is closed, and the others have everything', async () => {
    const server = await build(HASTY)
    const url = await listen(server)
    const [stuck, source] = [await open(url, server.keys.read), await open(url, server.keys.read)]
    stuck.pause()
    await waitForStreams(server, 2)
    await fillUp(server)
    await source.waitFor(400)
    expect(source.events.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
    await waitForStreams(server, 1)
    expect(source.isEnded).toBe(false)
  })

  it('has little in memory, and everything when it takes again', async () => {
    const server = await build({ heartbeatMs: NEVER_MS, drainMs: NEVER_MS })
    const source = await open(await listen(server), server.keys.read)
    source.pause()
    await waitForStreams(server, 1)
    const [socket] = await connectionsOf(server)
    await fillUp(server)
    const waitingBytes = socket?.writableLength ?? Number.NaN
    // One write of 64 events, and what was being sent before it.
    expect(waitingBytes).toBeLessThan(3_000_000)
    source.response.resume()
    await source.waitFor(400)
    expect(source.events.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
  })
})

/** The sockets of the server's side. */
async function connectionsOf({ app }: RealServer): Promise<{ writableLength: number }[]> {
  const handles: unknown = Reflect.get(process, '_getActiveHandles').call(process)
  const address = app.server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  if (!Array.isArray(handles)) return []
  return handles.filter(handle => handle?.localPort === port && handle.remotePort !== port)
}

describe('event streams are bounded', () => {
  it('for each key', async () => {
    const server = await build({ mostOfOne: 2 })
    const url = await listen(server)
    const sources = [await open(url, server.keys.read), await open(url, server.keys.read)]
    const refused = await fetch(`${url}/api/events`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${server.keys.read}` },
    })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '15'])
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' })
    const other = await open(url, server.keys.write)
    sources[0]?.close()
    await waitForStreams(server, 2)
    const again = await open(url, server.keys.read)
    server.events.emit(someEvent())
    await Promise.all([again.waitFor(1), other.waitFor(1)])
    expect((await ask(server.app, 'GET /api/events', { key: server.keys.read })).statusCode).toBe(200)
  })

  it('in all', async () => {
    const server = await build({ mostInAll: 2 })
    const url = await listen(server)
    await open(url, server.keys.read)
    await open(url, server.keys.write)
    const refused = await open(url, server.keys.admin)
    expect(refused.response.statusCode).toBe(429)
  })

  it('and counted right, whatever is taken out twice', () => {
    const streams = new EventStreams({ mostOfOne: 1 })
    const answer = { end: () => undefined }
    const remove = streams.add(answer, 'one')
    expect(() => streams.add({ end: () => undefined }, 'one')).toThrow('At most 1 event streams at once')
    remove()
    remove()
    streams.add({ end: () => undefined }, 'one')
    expect(streams.count).toBe(1)
    streams.endAll()
    expect(() => streams.add(answer, 'two')).toThrow('The server is shutting down')
  })
})

describe('heartbeats', () => {
  it('keep the last id of a peer young that wants none of the events', async () => {
    const server = await build(HASTY)
    const url = await listen(server)
    const source = await TestEventSource.open(`${url}/api/events?types=stalled`, { key: server.keys.read })
    emitRange(server, 1, 50)
    await until(() => source.lastEventId === '50', { deadlineMs: 15_000, what: 'the id of the last event' })
    expect(source.events).toEqual([])
  })
})
