import { describe, expect, it } from 'vitest'
import { events as eventTable } from '../../src/store/events.ts'
import { TestEventSource } from '../support/event-source.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { until } from '../support/wait.ts'
import { ask } from './ask.ts'
import { AT_MS, emitRange, listen, someEvent } from './some-event.ts'

const sessionsOf = ({ events }: TestEventSource) => events.map(({ data }) => data['session_id'])
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

async function open(
  server: RealServer,
  query = '',
  headers: Record<string, string> = {},
  key = server.keys.read,
) {
  const url = server.app.server.listening ? addressOf(server) : await listen(server)
  return TestEventSource.open(`${url}/api/events${query}`, { key, headers })
}

function addressOf({ app }: RealServer): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return `http://127.0.0.1:${address.port}`
}

describe('GET /api/events as a stream', () => {
  it('tells events as they come', async () => {
    const server = await buildRealServer()
    const source = await open(server)
    server.events.emit(someEvent())
    const [first] = await source.waitFor(1)
    expect(first).toEqual({
      id: 1,
      event: 'play',
      data: {
        at: '2026-11-21T09:00:00.000Z',
        data: { address: '198.51.100.4' },
        id: 1,
        player: 'live_1',
        players: ['live_1'],
        session_id: 5,
        type: 'play',
      },
    })
  })

  it('has the headers of every answer, and those of a stream', async () => {
    const server = await buildRealServer({ corsOrigins: ['https://page.example.com'], limits: LOW })
    const { response } = await open(server, '', { 'x-request-id': 'trace-1' })
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': 'trace-1',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': 'https://page.example.com',
      ratelimit: '"api";r=2;t=20',
      'transfer-encoding': 'chunked',
    })
    expect(response.headers['content-length']).toBeUndefined()
  })

  it('is one row of the access log and one request of the budget, however long it lasts', async () => {
    const server = await buildRealServer({ limits: LOW })
    const source = await open(server)
    emitRange(server, 1, 300)
    await source.waitFor(300)
    source.close()
    const { statusCode, headers } = await ask(server.app, 'GET /api/events', { key: server.keys.read })
    expect([statusCode, headers['x-ratelimit-remaining']]).toEqual([200, '1'])
    const rows = await server.accessLog.find({ limit: 10 })
    expect(rows.map(({ endpoint, responseCode }) => [endpoint, responseCode])).toEqual([
      ['/api/events', 200],
      ['/api/events', 200],
    ])
  })

  it('goes on after a cut where it was, without a gap or a repetition', async () => {
    const server = await buildRealServer()
    let source = await open(server)
    const seen: unknown[] = []
    for (let round = 0; round < 5; round++) {
      emitRange(server, round * 20 + 1, round * 20 + 10)
      await source.waitFor(1)
      source.close()
      seen.push(...sessionsOf(source))
      emitRange(server, round * 20 + 11, round * 20 + 20)
      source = await open(server, '', { 'last-event-id': source.lastEventId })
    }
    await until(() => seen.length + source.events.length >= 100, { deadlineMs: 15_000, what: 'all events' })
    expect([...seen, ...sessionsOf(source)]).toEqual(range(1, 100))
  })

  it('loses nothing for one who is cut off before the first event', async () => {
    const server = await buildRealServer()
    emitRange(server, 1, 3)
    await server.events.flush()
    const source = await open(server)
    await until(() => source.lastEventId === '3', { deadlineMs: 10_000, what: 'the id it begins after' })
    source.close()
    emitRange(server, 4, 6)
    const again = await open(server, '', { 'last-event-id': source.lastEventId })
    await again.waitFor(3)
    expect(sessionsOf(again)).toEqual([4, 5, 6])
  })

  it('replays from the table what is no longer in memory, and goes on live', async () => {
    const server = await buildRealServer()
    emitRange(server, 1, 6000)
    await server.events.flush()
    const source = await open(server, '?last_event_id=0')
    emitRange(server, 6001, 6500)
    await source.waitFor(6500, 30_000)
    expect(sessionsOf(source)).toEqual(range(1, 6500))
  })

  it('believes the header before the parameter, as a browser that comes back needs it', async () => {
    const server = await buildRealServer()
    emitRange(server, 1, 10)
    await server.events.flush()
    const source = await open(server, '?last_event_id=2', { 'last-event-id': '7' })
    await source.waitFor(3)
    expect(sessionsOf(source)).toEqual([8, 9, 10])
  })

  it.each(['99999', '999999999999999'])('begins now for an id of the future: %s', async id => {
    const server = await buildRealServer()
    emitRange(server, 1, 3)
    await server.events.flush()
    const source = await open(server, '', { 'last-event-id': id })
    await until(() => source.lastEventId === '3', { deadlineMs: 10_000, what: 'the id it begins after' })
    emitRange(server, 4, 4)
    await source.waitFor(1)
    expect(sessionsOf(source)).toEqual([4])
  })

  it.each(['3', 'of-another-server'])(
    'says that events are gone, and begins with the oldest, for %s',
    async id => {
      const server = await buildRealServer()
      emitRange(server, 1, 4000)
      await server.events.flush()
      await eventTable(server.database).prune(365, 100, AT_MS)
      const source = await open(server, '', { 'last-event-id': id })
      await source.waitFor(101)
      expect(source.types.lastIndexOf('gap')).toBe(0)
      expect(source.events[0]?.data).toEqual({ after: id === '3' ? 3 : 0 })
      const told = source.events.filter(({ event }) => event === 'play').map(({ id }) => id)
      expect(told).toEqual(range(3901, 4000))
    },
  )

  it('says so also when nothing is left, and goes on from there', async () => {
    const server = await buildRealServer()
    emitRange(server, 1, 4000)
    await server.events.flush()
    await eventTable(server.database).prune(365, 0, AT_MS)
    const source = await open(server, '', { 'last-event-id': '3' })
    await source.waitFor(1)
    expect(source.events[0]).toEqual({ id: undefined, event: 'gap', data: { after: 3 } })
    expect(source.lastEventId).toBe('4000')
    emitRange(server, 4001, 4001)
    await source.waitFor(2)
    expect(source.types).toEqual(['gap', 'play'])
  })

  it('sends only the types and the player that are wanted', async () => {
    const server = await buildRealServer()
    const byType = await open(server, '?types=publish,stop')
    const byPlayer = await open(server, '?player=live_2')
    const about = (player: string | null, players: string[], type: string) =>
      server.events.emit(someEvent({ player, players, type }))
    about('live_1', ['live_1', 'live_2'], 'play')
    about(null, ['live_1', 'live_2'], 'publish')
    about('live_2', ['live_1', 'live_2'], 'play')
    about('live_1', ['live_1'], 'stop')
    about('live_2', ['live_2'], 'stop')
    await byType.waitFor(3)
    await byPlayer.waitFor(3)
    expect(byType.events.map(({ id }) => id)).toEqual([2, 4, 5])
    expect(byPlayer.events.map(({ id }) => id)).toEqual([2, 3, 5])
  })

  it.each(['?types=nonsense', '?types=', '?types=publish,', '?last_event_id=x', '?what=1', '?limit=0'])(
    'is refused with a sentence for %s',
    async query => {
      const server = await buildRealServer()
      const headers = { accept: 'text/event-stream' }
      const answer = await ask(server.app, `GET /api/events${query}`, { key: server.keys.read, headers })
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'QUERY_INVALID'])
    },
  )

  it('is not given to nobody or to a wrong key', async () => {
    const server = await buildRealServer()
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const answer = await ask(server.app, 'GET /api/events', {
        headers: { accept: 'text/event-stream', ...headers },
      })
      expect(answer.statusCode).toBe(401)
    }
  })

  it('answers HEAD without a body that never ends', async () => {
    const server = await buildRealServer()
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${server.keys.read}` }
    const answer = await server.app.inject({ method: 'HEAD', url: '/api/events', headers })
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/event-stream',
      '',
    ])
  })

  it('keeps what is for admins from other keys', async () => {
    const server = await buildRealServer()
    const [admin, read] = [await open(server, '', {}, server.keys.admin), await open(server)]
    server.events.emit(someEvent({ type: 'key.created', player: null, players: [], data: { by: 'admin' } }))
    server.events.emit(someEvent({ type: 'of.another.version' }))
    server.events.emit(someEvent())
    await admin.waitFor(3)
    await read.waitFor(1)
    expect(admin.types).toEqual(['key.created', 'of.another.version', 'play'])
    expect(read.types).toEqual(['play'])
  })

  it('is given to everybody while refusals are only logged', async () => {
    const server = await buildRealServer({ authz: 'log' })
    const source = await TestEventSource.open(`${await listen(server)}/api/events`)
    server.events.emit(someEvent())
    await source.waitFor(1)
    expect(server.log.from(40).map(({ code }) => code)).toEqual(['API_KEY_MISSING'])
  })

  it('is open to everybody where nobody needs a key', async () => {
    const server = await buildRealServer({ authz: 'off' })
    const source = await TestEventSource.open(`${await listen(server)}/api/events`)
    server.events.emit(someEvent({ type: 'key.created' }))
    await source.waitFor(1)
    expect(source.types).toEqual(['key.created'])
    server.settings.authz = 'on'
    server.events.emit(someEvent())
    await source.waitForEnd()
    expect(source.types).toEqual(['key.created'])
  })
})

const LOW = { api: 3, stats: 3, config: 3 }

describe('GET /api/events as a list', () => {
  it('has pages, newest first', async () => {
    const server = await buildRealServer()
    emitRange(server, 1, 25)
    await server.events.flush()
    const pages: number[][] = []
    let cursor = ''
    do {
      const more = cursor === '' ? '' : `&cursor=${cursor}`
      const body = (
        await ask(server.app, `GET /api/events?limit=10${more}`, { key: server.keys.read })
      ).json()
      pages.push(body.data.map((row: { session_id: number }) => row.session_id))
      cursor = body.next_cursor ?? ''
    } while (cursor !== '')
    expect(pages).toEqual([range(16, 25).reverse(), range(6, 15).reverse(), range(1, 5).reverse()])
  })

  it('finds the few of one player among very many, a page at a time', async () => {
    const server = await buildRealServer()
    server.events.emit(someEvent({ player: 'live_9', players: ['live_9'], sessionId: 1 }))
    for (let round = 0; round < 5; round++) {
      emitRange(server, 2, 9000)
      await server.events.flush()
    }
    const found: unknown[] = []
    let cursor = ''
    for (let page = 0; page < 10; page++) {
      const more = cursor === '' ? '' : `&cursor=${cursor}`
      const body = (
        await ask(server.app, `GET /api/events?player=live_9${more}`, { key: server.keys.read })
      ).json()
      found.push(...body.data)
      cursor = body.next_cursor ?? ''
      if (cursor === '') break
    }
    expect(found).toEqual([expect.objectContaining({ id: 1, player: 'live_9' })])
    expect(cursor).toBe('')
  })

  it.each(['*/*', 'application/json', 'text/html, text/event-stream;q=0', ''])(
    'is what %j gets',
    async accept => {
      const server = await buildRealServer()
      const answer = await ask(server.app, 'GET /api/events', { key: server.keys.read, headers: { accept } })
      expect(answer.json()).toEqual({ data: [], next_cursor: null, status: 'success' })
    },
  )
})

describe('a key that is bound to some players', () => {
  const keyOf = (server: RealServer) =>
    server.addKey({ permissions: 'admin', scope: { players: ['a-1', 'a-2'] } })

  it('gets what is about its players, and nothing of others in it', async () => {
    const server = await buildRealServer()
    const key = await keyOf(server)
    const source = await open(server, '', {}, key)
    const cases: [player: string | null, players: string[], type?: string][] = [
      ['a-1', ['a-1', 'b-1']],
      ['b-1', ['a-1', 'b-1']],
      [null, ['a-1', 'b-1']],
      [null, ['a-1', 'a-2']],
      [null, []],
      ['a-1', ['a-1'], 'key.created'],
      // As no part of the program makes it: still not for this key.
      ['b-1', ['a-1']],
      ['a-2', ['a-2', 'b-1'], 'stream_id.changed'],
    ]
    for (const [player, players, type = 'play'] of cases) {
      server.events.emit(someEvent({ player, players, type, data: type === 'play' ? {} : { by: 'Bravo' } }))
    }
    await source.waitFor(3)
    const expected = [
      { id: 1, player: 'a-1', players: ['a-1'] },
      { id: 4, player: null, players: ['a-1', 'a-2'] },
      { id: 8, player: 'a-2', players: ['a-2'], data: { by: null } },
    ]
    expect(source.events.map(({ data }) => data)).toEqual(expected.map(each => expect.objectContaining(each)))
    expect(source.text).not.toMatch(/b-1|Bravo/)
    const list = (await ask(server.app, 'GET /api/events', { key })).json()
    expect(list.data).toEqual([...expected].reverse().map(each => expect.objectContaining(each)))
    expect(JSON.stringify(list)).not.toMatch(/b-1|Bravo/)
    const others = (await ask(server.app, 'GET /api/events?player=b-1', { key })).json()
    expect(others).toEqual({ data: [], next_cursor: null, status: 'success' })
  })
})
