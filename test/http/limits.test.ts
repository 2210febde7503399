import { describe, expect, it, vi } from 'vitest'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'

const LIMITS = { api: 30, stats: 300, config: 20 }

interface From {
  remoteAddress?: string
  forwarded?: string
}

async function get(
  { app }: TestServer,
  url: string,
  { remoteAddress = '203.0.113.1', forwarded }: From = {},
) {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return app.inject({ url, remoteAddress, headers })
}

/** How many requests pass before the first 429. */
async function budget(server: TestServer, url: string, from: From | ((i: number) => From) = {}, most = 400) {
  for (let i = 0; i < most; i++) {
    const response = await get(server, url, typeof from === 'function' ? from(i) : from)
    if (response.statusCode === 429) return i
  }
  return Number.POSITIVE_INFINITY
}

describe('rate limits', () => {
  it('gives each category its own budget, and a 429 hides a 401', async () => {
    const server = buildTestServer({ limits: LIMITS })
    expect(await budget(server, '/api/stream-ids')).toBe(30)
    expect(await budget(server, '/stats/x')).toBe(300)
    const { app, keys } = server
    const statuses = []
    for (let i = 0; i < 21; i++) {
      const headers = bearer(i % 2 === 0 ? keys.read : 'nope')
      statuses.push(
        (await app.inject({ method: 'POST', url: '/api/keys', headers, remoteAddress: '203.0.113.1' }))
          .statusCode,
      )
    }
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 403 : 401)))
    expect(statuses[20]).toBe(429)
  })

  it('shares the budget of a category among methods and paths', async () => {
    const { app, keys } = buildTestServer({ limits: { ...LIMITS, api: 4 } })
    const headers = bearer(keys.admin)
    const statuses = []
    for (const [method, url] of [
      ['GET', '/api/stream-ids'],
      ['HEAD', '/api/stream-ids'],
      ['DELETE', '/api/stream-ids/x'],
      ['POST', '/api/stream-ids'],
      ['DELETE', '/api/stream-ids/y'],
      ['HEAD', '/api/stream-ids'],
    ] as const) {
      statuses.push((await app.inject({ method, url, headers })).statusCode)
    }
    expect(statuses).toEqual([200, 200, 404, 400, 429, 429])
  })

  it('tells how long to wait', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 2 } })
    const first = await get(server, '/stats/x')
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
    await get(server, '/stats/x')
    const refused = await get(server, '/stats/x')
    expect(refused.statusCode).toBe(429)
    expect(refused.body).toBe('{"code":"RATE_LIMITED","message":"Rate limit exceeded","status":"error"}')
    expect(refused.headers['content-type']).toBe('application/json')
    expect(refused.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0' })
    const retryAfter = Number(refused.headers['retry-after'])
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(60)
  })

  it('opens again after the window', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const server = buildTestServer({ limits: { ...LIMITS, stats: 2 } })
      expect(await budget(server, '/stats/x')).toBe(2)
      vi.setSystemTime(Date.now() + 60_001)
      expect(await budget(server, '/stats/x')).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('follows a reload', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 2 } })
    expect(await budget(server, '/stats/x')).toBe(2)
    server.settings.limits = { ...LIMITS, stats: 10 }
    expect((await get(server, '/stats/x')).statusCode).toBe(404)
  })

  it('counts each client address on its own, an IPv6 network of 64 bits as one', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 5 } })
    expect(await budget(server, '/stats/x', { remoteAddress: '203.0.113.7' })).toBe(5)
    expect(await budget(server, '/stats/x', { remoteAddress: '203.0.113.8' })).toBe(5)
    expect(await budget(server, '/stats/x', i => ({ remoteAddress: `2001:db8:1:2:${i + 1}::9` }))).toBe(5)
    expect(await budget(server, '/stats/x', { remoteAddress: '2001:db8:1:3::9' })).toBe(5)
  })

  it('takes an IPv4 address in IPv6 clothes for what it is', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 5 } })
    expect(await budget(server, '/stats/x', { remoteAddress: '203.0.113.7' })).toBe(5)
    expect(await budget(server, '/stats/x', { remoteAddress: '::ffff:203.0.113.7' })).toBe(0)
    expect(await budget(server, '/stats/x', { remoteAddress: '::ffff:203.0.113.8' })).toBe(5)
  })

  describe('behind a proxy', () => {
    const limits = { ...LIMITS, stats: 3 }
    const proxy = '10.0.0.5'

    it('believes X-Forwarded-For of nobody by default', async () => {
      const server = buildTestServer({ limits })
      const spoofed = (i: number) => ({ remoteAddress: proxy, forwarded: `198.51.100.${i}` })
      expect(await budget(server, '/stats/x', spoofed)).toBe(3)
    })

    it.each([[['10.0.0.5']], [['192.0.2.1', '10.0.0.0/8']]])('believes a proxy of %j', async trustProxy => {
      const server = buildTestServer({ limits, trustProxy })
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.1' })).toBe(3)
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.2' })).toBe(3)
      const mapped = { remoteAddress: `::ffff:${proxy}`, forwarded: '198.51.100.2' }
      expect(await budget(server, '/stats/x', mapped)).toBe(0)
      const stranger = (i: number) => ({ remoteAddress: '203.0.113.9', forwarded: `198.51.100.${i + 50}` })
      expect(await budget(server, '/stats/x', stranger)).toBe(3)
    })

    it('takes the last address that no trusted proxy vouches for: what the client writes itself is nothing', async () => {
      const server = buildTestServer({ limits, trustProxy: ['10.0.0.0/8', 'fd00::/8'] })
      const lying = (i: number) => ({
        remoteAddress: proxy,
        forwarded: `192.0.2.${i}, 198.51.100.1, 10.9.9.9`,
      })
      expect(await budget(server, '/stats/x', lying)).toBe(3)
      const overIpv6 = (i: number) => ({ remoteAddress: 'fd00::1', forwarded: `192.0.2.${i}, 198.51.100.1` })
      expect(await budget(server, '/stats/x', overIpv6)).toBe(0)
    })

    it('folds ports, brackets and zones of forwarded addresses', async () => {
      const server = buildTestServer({ limits, trustProxy: [proxy] })
      const withPort = (i: number) => ({ remoteAddress: proxy, forwarded: `198.51.100.1:${i + 1000}` })
      expect(await budget(server, '/stats/x', withPort)).toBe(3)
      const ipv6 = (i: number) => ({ remoteAddress: proxy, forwarded: `[2001:db8::${i + 1}]:${i + 1000}` })
      expect(await budget(server, '/stats/x', ipv6)).toBe(3)
    })

    it('counts garbage against the proxy itself', async () => {
      const server = buildTestServer({ limits, trustProxy: [proxy] })
      const garbage = ['unknown', '', ',,,', '_hidden', '999.1.1.1', '1.2.3', "'; DROP", '\u00ff']
      expect(
        await budget(server, '/stats/x', i => ({ remoteAddress: proxy, forwarded: garbage[i % 8] ?? '' })),
      ).toBe(3)
      expect(await budget(server, '/stats/x', { remoteAddress: proxy })).toBe(0)
    })

    it('follows a reload', async () => {
      const server = buildTestServer({ limits })
      server.settings.trustProxy = [proxy]
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.1' })).toBe(3)
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.2' })).toBe(3)
      server.settings.trustProxy = []
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.3' })).toBe(3)
      expect(await budget(server, '/stats/x', { remoteAddress: proxy, forwarded: '198.51.100.4' })).toBe(0)
    })
  })
})
