import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { FailedAttempts } from '../../src/access/attempt-limit.ts'
import { Delays, type Schedule } from '../../src/http/delays.ts'
import type { HttpSettings } from '../../src/http/deps.ts'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'
import { TestClock } from '../support/memory.ts'
import { until } from '../support/wait.ts'
import { listen, send } from './raw.ts'

const URL = '/api/stream-ids'
const FREE = 5

/** A server whose held-back answers go out when the test says so. */
function build(settings: Partial<HttpSettings> = {}) {
  const held: { delayMs: number; release: () => void; isCancelled: boolean }[] = []
  const schedule: Schedule = (release, delayMs) => {
    const one = { delayMs, release, isCancelled: false }
    held.push(one)
    return () => {
      one.isCancelled = true
    }
  }
  const clock = new TestClock()
  const attempts = new FailedAttempts(clock)
  const server = buildTestServer(settings, {}, { attempts, delays: new Delays(schedule) })
  return { ...server, held, attemptClock: clock }
}

async function guess({ app }: TestServer, remoteAddress = '203.0.113.1') {
  const response = await app.inject({ url: URL, headers: bearer('wrong'), remoteAddress })
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], ...response.json() }
}

async function useUp(server: TestServer, remoteAddress?: string) {
  for (let i = 0; i < FREE; i++) expect((await guess(server, remoteAddress)).code).toBe('API_KEY_INVALID')
}

const heldBack = (server: ReturnType<typeof build>, count: number) =>
  until(() => server.held.length === count, { deadlineMs: 20_000, what: `held-back answer ${count}` })

describe('wrong keys from one address', () => {
  it('are answered later and later, up to ten seconds', async () => {
    const server = build()
    await useUp(server)
    expect(server.held).toEqual([])
    for (let i = 1; i <= 8; i++) {
      const answer = guess(server)
      await heldBack(server, i)
      server.held[i - 1]?.release()
      expect((await answer).code).toBe('API_KEY_INVALID')
    }
    expect(server.held.map(({ delayMs }) => delayMs)).toEqual([
      ...[250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000],
    ])
  })

  it('are refused at once while four of them wait, and say when to come back', async () => {
    const server = build()
    await useUp(server)
    const waiting = Array.from({ length: 4 }, () => guess(server))
    await heldBack(server, 4)
    const refused = await guess(server)
    expect(refused.code).toBe('RATE_LIMITED')
    expect(refused.message).toBe('Too many wrong API keys from this address')
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1)
    for (const { release } of server.held) release()
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(
      Array.from({ length: 4 }, () => 'API_KEY_INVALID'),
    )
    const next = guess(server)
    await heldBack(server, 5)
    server.held[4]?.release()
    expect((await next).code).toBe('API_KEY_INVALID')
  })

  it('slow down nobody who has a valid key, and nobody elsewhere', async () => {
    const server = build()
    await useUp(server)
    const waiting = [guess(server), guess(server), guess(server), guess(server)]
    await heldBack(server, 4)
    const valid = { url: URL, headers: bearer(server.keys.read), remoteAddress: '203.0.113.1' }
    for (let i = 0; i < 10; i++) expect((await server.app.inject(valid)).statusCode).toBe(200)
    await useUp(server, '203.0.113.2')
    expect(server.held.length).toBe(4)
    for (const { release } of server.held) release()
    await Promise.all(waiting)
  })

  it('are those of a whole IPv6 network', async () => {
    const server = build()
    for (let i = 0; i < FREE; i++) await guess(server, `2001:db8:1:2::${i + 1}`)
    const answer = guess(server, '2001:db8:1:2:ffff::1')
    await heldBack(server, 1)
    server.held[0]?.release()
    await answer
    await useUp(server, '2001:db8:1:3::1')
    expect(server.held.length).toBe(1)
  })

  it('are forgotten in time', async () => {
    const server = build()
    await useUp(server)
    server.attemptClock.advance(3_600_000)
    await useUp(server)
    expect(server.held).toEqual([])
  })

  it('are neither requests without a key nor keys that are allowed too little', async () => {
    const server = build()
    const { app, keys } = server
    for (let i = 0; i < 20; i++) {
      expect((await app.inject(URL)).statusCode).toBe(401)
      const headers = { authorization: 'Basic eA==' }
      expect((await app.inject({ url: URL, headers })).statusCode).toBe(401)
      const weak = { method: 'POST', url: '/api/keys', headers: bearer(keys.read) } as const
      expect((await app.inject(weak)).statusCode).toBe(403)
      expect((await app.inject({ url: '/stats/x', headers: bearer('wrong') })).statusCode).toBe(404)
    }
    expect(server.held).toEqual([])
  })

  it('are not held back while authz lets them through', async () => {
    const server = build({ authz: 'log' })
    for (let i = 0; i < 20; i++) {
      expect((await server.app.inject({ url: URL, headers: bearer('wrong') })).statusCode).toBe(200)
    }
    expect(server.held).toEqual([])
  })

  it('leave a row each in the access log, once they are answered', async () => {
    const server = build()
    await useUp(server)
    const answer = guess(server)
    await heldBack(server, 1)
    expect(server.access.length).toBe(FREE)
    server.held[0]?.release()
    await answer
    expect(server.access.map(({ responseCode }) => responseCode)).toEqual(Array(FREE + 1).fill(401))
  })
})

describe('an answer that is held back', () => {
  it('goes out at once when the server closes', async () => {
    const server = build()
    const port = await listen(server.app)
    for (let i = 0; i < FREE; i++) await send(port, 'GET', URL, { headers: bearer('wrong') })
    const answer = send(port, 'GET', URL, { headers: bearer('wrong') })
    await heldBack(server, 1)
    await server.app.close()
    expect((await answer).status).toBe(401)
    expect(server.held).toMatchObject([{ isCancelled: true }])
  })

  it('is given up when the client leaves, and makes room for another', async () => {
    const server = build()
    const port = await listen(server.app)
    for (let i = 0; i < FREE; i++) await send(port, 'GET', URL, { headers: bearer('wrong') })
    const request = `GET ${URL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n`
    const sockets = Array.from({ length: 4 }, () => {
      const socket = connect(port, '127.0.0.1', () => socket.write(request))
      return socket
    })
    await heldBack(server, 4)
    for (const socket of sockets) socket.destroy()
    const areGone = () => server.held.every(({ isCancelled }) => isCancelled)
    await until(areGone, { deadlineMs: 20_000, what: 'the end of what was held back' })
    const next = send(port, 'GET', URL, { headers: bearer('wrong') })
    await heldBack(server, 5)
    server.held[4]?.release()
    expect((await next).status).toBe(401)
  })

  it('is held back by a real timer, too', async () => {
    const { app } = buildTestServer()
    const statuses = []
    for (let i = 0; i <= FREE; i++) {
      statuses.push((await app.inject({ url: URL, headers: bearer('wrong') })).statusCode)
    }
    expect(statuses).toEqual(Array(FREE + 1).fill(401))
  })
})
