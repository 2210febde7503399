import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { TestEventSource } from '../support/event-source.ts'
import { freeTcpPort, freeUdpPort } from '../support/ports.ts'
import { type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

const SECRET = 'studio-secret-1'

const open = (server: Server, query = '', headers: Record<string, string> = {}, key = server.adminKey) =>
  TestEventSource.open(`${server.url}/api/events${query}`, { key, headers })

const idsOf = ({ events }: TestEventSource) => events.map(({ id }) => id)
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Of the process, in KiB. */
function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
}

describe.each(TRANSPORTS)('events of a relay, %s', transport => {
  const start = serverOn(transport)

  it('tell of publisher and player, of silence and refusals, in the order of what happened', async () => {
    const server = await start({ srt: { stall_after: 1 } })
    await server.addStream(SECRET, 'live_1')
    const { publisher: port, player: playPort } = server.ports
    const source = await open(server, '?last_event_id=0')
    // One message in three seconds: silent again and again, without losing the connection.
    const publisher = publish({ port, streamId: SECRET, rateKbps: 4 })
    await publisher.waitFor('connected')
    await source.waitForType('publish')
    const player = play({ port: playPort, streamId: 'live_1' })
    await player.waitFor('connected')
    await source.waitForType('play')
    await source.waitForType('stalled')
    await source.waitForType('recovered')
    await player.stop()
    await source.waitForType('stop')
    await publisher.stop()
    await source.waitForType('unpublish')
    await play({ port: playPort, streamId: 'live_misspelt' }).waitFor('refused')
    const refused = await source.waitForType('refused')
    const isPause = (type: string) => type === 'stalled' || type === 'recovered'
    const told = source.events.filter(({ event }) => !isPause(event))
    expect(told.map(({ event }) => event)).toEqual([
      'server.started',
      'stream_id.created',
      'publish',
      'play',
      'stop',
      'unpublish',
      'refused',
    ])
    const pauses = source.types.filter(isPause)
    expect(pauses).toEqual(pauses.map((_, index) => (index % 2 === 0 ? 'stalled' : 'recovered')))
    expect(source.types.indexOf('recovered')).toBeLessThan(source.types.indexOf('stop'))
    expect(idsOf(source)).toEqual(range(1, source.events.length))
    expect(source.text).not.toContain(SECRET)
    const at = (index: number) => told[index]?.data
    expect(at(2)).toMatchObject({ player: null, players: ['live_1'], data: { address: '127.0.0.1' } })
    expect(at(3)).toMatchObject({ player: 'live_1', players: ['live_1'] })
    expect(at(4)?.['session_id']).toBe(at(3)?.['session_id'])
    expect(at(5)?.['session_id']).toBe(at(2)?.['session_id'])
    expect(at(5)?.['data']).toMatchObject({ publisher: 'stud…', reason: 'peer' })
    expect(refused.data['data']).toMatchObject({
      role: 'player',
      stream_id: 'live…',
      code: 'unknown-stream-id',
    })
    const list = await server.api('GET', '/api/events')
    expect(list.body).toMatchObject({
      data: source.events.map(({ data }) => data).reverse(),
      next_cursor: null,
    })
  })

  it('tell of a takeover as an end and a beginning', async () => {
    const server = await start({ server: { publisher_takeover_after: 500 } })
    await server.addStream(SECRET, 'live_1')
    const { publisher: port } = server.ports
    const source = await open(server)
    const first = publish({ port, streamId: SECRET, rateKbps: 500 })
    await source.waitForType('publish')
    first.sigstop()
    const second = await until(
      async () => {
        const peer = publish({ port, streamId: SECRET, rateKbps: 500 })
        const { event } = await peer.waitForAny(['connected', 'refused'])
        return event === 'connected' && peer
      },
      { deadlineMs: 15_000, what: 'a second publisher to be let in' },
    )
    await until(() => source.types.filter(type => type === 'publish').length === 2, {
      deadlineMs: 15_000,
      what: `the second publisher to be told, but had ${JSON.stringify(source.types)}`,
    })
    await second.stop()
    await until(() => source.types.filter(type => type === 'unpublish').length === 2, {
      deadlineMs: 15_000,
      what: 'the end of the second publisher',
    })
    const told = source.events
      .filter(({ event }) => event.endsWith('publish'))
      .map(({ event, data }) => [event, data['session_id']])
    const [one, two] = [told[0]?.[1], told[2]?.[1]]
    expect(one).not.toBe(two)
    expect(told).toEqual([
      ['publish', one],
      ['unpublish', one],
      ['publish', two],
      ['unpublish', two],
    ])
    first.sigcont()
  })

  it('tell of the sessions that a shutdown ends', async () => {
    const server = await start()
    await server.addStream(SECRET, 'live_1')
    const source = await open(server)
    const { publisher: port } = server.ports
    publish({ port, streamId: SECRET, rateKbps: 500 })
    await source.waitForType('publish')
    expect((await server.stop()).code).toBe(0)
    await source.waitForEnd()
    const again = await startServer({ folder: server.folder, ports: server.ports, adminKey: server.adminKey })
    const replayed = await open(again, '', { 'last-event-id': source.lastEventId })
    await replayed.waitFor(2)
    expect(replayed.types).toEqual(['unpublish', 'server.started'])
    expect(replayed.events[0]?.data['data']).toMatchObject({ reason: 'stopping' })
  })
})

describe('a reload', () => {
  it('is told if it has changed something', async () => {
    const server = await startServer()
    const source = await open(server)
    server.signal('SIGHUP')
    await until(() => server.log.some(({ msg }) => msg === 'reloaded'), {
      deadlineMs: 10_000,
      what: 'a reload',
    })
    server.writeConf({ srt: { stall_after: 7, event_limit: 5000 } })
    server.signal('SIGHUP')
    const changed = await source.waitForType('config.changed')
    expect(source.types).toEqual(['config.changed'])
    expect(changed.data['data']).toEqual({ by: 'reload', directives: ['event_limit', 'stall_after'] })
  })
})

describe('after a kill -9', () => {
  it('ids go on, and nothing that was seen is lost or told twice', async () => {
    const ports = {
      player: await freeUdpPort(),
      publisher: await freeUdpPort(),
      publisherSrtla: await freeUdpPort(),
      http: await freeTcpPort(),
    }
    const server = await startServer({ ports })
    const { adminKey, folder } = server
    const source = await open(server, '?last_event_id=0')
    for (let i = 1; i <= 30; i++) await server.addStream(`studio_${i}`, `live_${i}`)
    await source.waitFor(20)
    await server.child.kill()
    await source.waitForEnd()
    const seen = idsOf(source)
    expect(seen).toEqual(range(1, seen.length))
    const again = await startServer({ ports, folder, adminKey })
    const replayed = await open(again, '', { 'last-event-id': String(seen.at(-1)) })
    await replayed.waitForType('server.started')
    await again.addStream('studio_new', 'live_new')
    await until(
      () =>
        replayed.types.at(-1) === 'stream_id.created' &&
        replayed.events.at(-1)?.data['player'] === 'live_new',
      {
        deadlineMs: 10_000,
        what: 'the newest event',
      },
    )
    const all = [...seen, ...idsOf(replayed)]
    expect(all).toEqual(range(1, all.length))
    expect(replayed.types).not.toContain('gap')
    const before = await open(again, '?last_event_id=0')
    await before.waitFor(all.length)
    expect(before.events.slice(0, seen.length)).toEqual(source.events)
    expect(before.events.slice(seen.length)).toEqual(replayed.events)
  })
})

describe('two hundred subscribers', () => {
  it('get all events in order, while one of them takes nothing, in bounded memory', async () => {
    const server = await startServer({ srt: { rate_limit_api_burst: 10_000 } })
    const keys = await Promise.all(
      range(1, 5).map(async number => {
        const { body } = await server.api('POST', '/api/keys', {
          name: `key ${number}`,
          permissions: 'admin',
        })
        return (body as { api_key: string }).api_key
      }),
    )
    await server.addStream('studio_1', 'live_1')
    const sources = await Promise.all(
      range(0, 199).map(number => open(server, '?types=stream_id.changed', {}, keys[number % 5])),
    )
    const [stuck, ...others] = sources
    stuck?.pause()
    const beforeKib = residentKib(server.child.pid)
    const count = 300
    for (let done = 0; done < count; done += 10) {
      const changes = range(done + 1, done + 10).map(maxPlayers =>
        server.api('PATCH', '/api/stream-ids/live_1', {
          max_players: maxPlayers,
          description: 'x'.repeat(200),
        }),
      )
      for (const { status } of await Promise.all(changes)) expect(status).toBe(200)
    }
    for (const source of others) await source.waitFor(count, 60_000)
    const [first] = others
    expect(first?.events).toHaveLength(count)
    const ids = first === undefined ? [] : idsOf(first)
    expect([...ids].sort((one, other) => Number(one) - Number(other))).toEqual(ids)
    for (const source of others) {
      expect(source.isEnded).toBe(false)
      expect(source.events).toEqual(first?.events)
    }
    stuck?.response.resume()
    await stuck?.waitFor(count)
    expect(stuck?.events).toEqual(first?.events)
    // 60 000 events' worth of text went out; what stays is a fraction of it.
    expect(residentKib(server.child.pid) - beforeKib).toBeLessThan(150_000)
  })
})
