import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../../src/engine/contract.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { StatPost, type StatPostOptions } from '../../../src/streams/stat-post.ts'
import { MemoryLog, TestClock } from '../../support/build.ts'
import { freeTcpPort } from '../../support/ports.ts'
import { until } from '../../support/wait.ts'
import { sample } from './samples.ts'

interface Received {
  method: string | undefined
  type: string | undefined
  authorization: string | undefined
  body: string
}

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Takes posts; `answer` decides what they get. */
async function receiver(answer: (response: ServerResponse) => void = response => response.end()) {
  const received: Received[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, headers } = request
      const { authorization, 'content-type': type } = headers
      received.push({ method, type, authorization, body: Buffer.concat(chunks).toString() })
      answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.closeAllConnections()
    return new Promise(resolve => server.close(resolve))
  })
  // A TCP server has this kind of address.
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stats?token=secret` }
}

function build(url: string, changes: Partial<StatPostOptions> = {}) {
  const clock = new TestClock()
  const log = new MemoryLog()
  const settings = { url, intervalS: 5 }
  const live: ConnectionStats[] = []
  const post = new StatPost({
    settings: () => settings,
    connections: () => live,
    clock,
    log: log.logger,
    ...changes,
  })
  ends.push(() => post.stop())
  const tickLater = () => {
    clock.advance(5000)
    return post.tick()
  }
  return { post, clock, log, settings, live, tickLater }
}

describe('StatPost', () => {
  it('posts one object of strings for each connection', async () => {
    const { received, url } = await receiver()
    const { live, tickLater } = build(url)
    const connectedAtMs = new Date(2026, 0, 2, 3, 4, 5).getTime()
    live.push(
      sample({ connectedAtMs }),
      sample({
        connectionId: 2,
        role: 'play',
        listener: 'play:127.0.0.1:4000',
        streamId: 'live_1',
        peer: '[2001:db8::1]:5000',
        connectedAtMs,
        rateKbps: -1,
      }),
    )
    await tickLater()
    expect(received.map(({ method, type }) => [method, type])).toEqual([['POST', 'application/json']])
    expect(JSON.parse(received[0]?.body ?? '')).toEqual([
      {
        port: '4001',
        role: 'publisher',
        stream_name: 'studio_1',
        url: 'studio_1',
        remote_ip: '203.0.113.7',
        remote_port: '40000',
        start_time: '2026-01-02 03:04:05',
        kbitrate: '790',
      },
      {
        port: '4000',
        role: 'player',
        stream_name: 'studio_1',
        url: 'live_1',
        remote_ip: '2001:db8::1',
        remote_port: '5000',
        start_time: '2026-01-02 03:04:05',
        kbitrate: '0',
      },
    ])
  })

  it('posts an empty list while nothing is live, once an interval', async () => {
    const { received, url } = await receiver()
    const { post, clock, tickLater } = build(url)
    post.start()
    await post.tick()
    clock.advance(4999)
    await post.tick()
    expect(received).toEqual([])
    clock.advance(1)
    await post.tick()
    await post.tick()
    expect(received.map(({ body }) => body)).toEqual(['[]'])
    await tickLater()
    expect(received.length).toBe(2)
  })

  it('follows a reload of its settings', async () => {
    const { received, url } = await receiver()
    const { post, clock, settings, tickLater } = build('')
    await tickLater()
    settings.url = url
    settings.intervalS = 1
    await post.tick()
    clock.advance(1000)
    await post.tick()
    expect(received.length).toBe(2)
    settings.url = ''
    await tickLater()
    expect(received.length).toBe(2)
  })

  it('reports a failure once, and the recovery, without the secrets of the URL', async () => {
    let status = 500
    const { received, url } = await receiver(response => {
      response.statusCode = status
      response.end('x')
    })
    const { log, tickLater } = build(url)
    for (status of [500, 404, 302, 200, 200, 503]) await tickLater()
    expect(received.length).toBe(6)
    expect(log.from(30).map(({ level }) => level)).toEqual([40, 30, 40])
    expect(log.lines[0]).toMatchObject({ reason: 'HTTP status 500' })
    expect(JSON.stringify(log.lines)).not.toContain('secret')
  })

  it('sends user and password of the URL as a header, and never logs them', async () => {
    let status = 200
    const { received, url } = await receiver(response => response.writeHead(status).end())
    const { log, tickLater } = build(url.replace('http://', 'http://me%40here:hunter2@'))
    for (status of [200, 500]) await tickLater()
    const basic = `Basic ${Buffer.from('me@here:hunter2').toString('base64')}`
    expect(received.map(({ authorization }) => authorization)).toEqual([basic, basic])
    expect(log.from(30)).toMatchObject([{ reason: 'HTTP status 500' }])
    expect(JSON.stringify(log.lines)).not.toMatch(/hunter2|me%40here/)
  })

  it('does not follow redirects', async () => {
    const target = await receiver()
    const { url } = await receiver(response => response.writeHead(307, { location: target.url }).end())
    const { log, tickLater } = build(url)
    await tickLater()
    expect(target.received).toEqual([])
    expect(log.from(40)).toMatchObject([{ reason: 'HTTP status 307' }])
  })

  it('says why nobody answers', async () => {
    const closed = build(`http://127.0.0.1:${await freeTcpPort()}/`)
    await closed.tickLater()
    expect(closed.log.from(40)).toMatchObject([{ reason: 'ECONNREFUSED' }])
    const forbidden = build('http://127.0.0.1:6000/')
    await forbidden.tickLater()
    expect(forbidden.log.from(40)).toMatchObject([{ reason: 'bad port' }])
  })

  it('gives up at its deadline and never has two posts under way', async () => {
    const { received, url } = await receiver(() => {})
    const { log, post, clock } = build(url, { deadlineMs: 200 })
    clock.advance(5000)
    const first = post.tick()
    clock.advance(5000)
    const second = post.tick()
    await Promise.all([first, second])
    expect(received.length).toBe(1)
    expect(log.from(40)).toMatchObject([{ reason: 'no answer in 200 ms' }])
  })

  it('cuts off a post that is under way when it is stopped, without a complaint', async () => {
    const { received, url } = await receiver(() => {})
    const { log, post, tickLater } = build(url)
    const posting = tickLater()
    await until(() => received.length === 1, { deadlineMs: 20_000, what: 'the post to arrive' })
    await post.stop()
    await posting
    expect(log.lines).toEqual([])
  }, 60_000)

  it('runs by itself from start to stop', async () => {
    const { received, url } = await receiver()
    const { post, settings } = build(url, { clock: systemClock })
    settings.intervalS = 1
    post.start()
    post.start()
    await until(() => received.length >= 2, { deadlineMs: 30_000, what: 'two posts' })
    await post.stop()
    const countAtStop = received.length
    await post.tick()
    expect(received.length).toBe(countAtStop)
  }, 60_000)
})
