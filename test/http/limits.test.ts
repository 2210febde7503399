import { describe, expect, it } from 'vitest'
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
    const statuses = []
    for (let i = 0; i < 21; i++) {
      const headers = i % 5 === 0 ? bearer('nope') : { authorization: 'Basic eA==' }
      const remoteAddress = '203.0.113.1'
      const response = await server.app.inject({ method: 'POST', url: '/api/keys', headers, remoteAddress })
      statuses.push(response.statusCode)
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429])
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

  it('tells on every answer what is left, and how long to wait', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 2 } })
    const first = await get(server, '/stats/x')
    expect(first.statusCode).toBe(404)
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '30',
      'ratelimit-policy': '"stats";q=2;w=60',
      ratelimit: '"stats";r=1;t=30',
    })
    expect(first.headers).not.toHaveProperty('retry-after')
    await get(server, '/stats/x')
    server.clock.advance(5000)
    const refused = await get(server, '/stats/x')
    expect(refused.statusCode).toBe(429)
    expect(refused.body).toBe('{"code":"RATE_LIMITED","message":"Rate limit exceeded","status":"error"}')
    expect(refused.headers['content-type']).toBe('application/json')
    expect(refused.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '25',
      'ratelimit-policy': '"stats";q=2;w=60',
      ratelimit: '"stats";r=0;t=55',
      'retry-after': '25',
    })
    server.clock.advance(24_000)
    expect((await get(server, '/stats/x')).statusCode).toBe(429)
    server.clock.advance(1000)
    expect((await get(server, '/stats/x')).statusCode).toBe(404)
  })

  it('never says less than a second', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 6000 } })
    expect(await budget(server, '/stats/x', {}, 7000)).toBe(6000)
    const { headers } = await get(server, '/stats/x')
    expect(headers).toMatchObject({ 'retry-after': '1', 'x-ratelimit-reset': '1' })
    server.clock.advance(10)
    expect((await get(server, '/stats/x')).statusCode).toBe(404)
  })

  it('says nothing of limits where there is none', async () => {
    const { headers } = await get(buildTestServer(), '/health')
    expect(Object.keys(headers).filter(name => name.includes('ratelimit'))).toEqual([])
  })

  it('opens again with the time that passes', async () => {
    const server = buildTestServer({ limits: { ...LIMITS, stats: 4 } })
    expect(await budget(server, '/stats/x')).toBe(4)
    server.clock.advance(15_000)
    expect(await budget(server, '/stats/x')).toBe(1)
    server.clock.advance(60_000)
    expect(await budget(server, '/stats/x')).toBe(4)
  })

  it('takes a burst beside the rate, each category its own, and follows a change of it', async () => {
    const server = buildTestServer({
      limits: { ...LIMITS, stats: 6 },
      bursts: { api: 0, stats: 4, config: 0 },
    })
    const first = await get(server, '/stats/x')
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"stats";q=10;w=100',
      ratelimit: '"stats";r=9;t=10',
    })
    expect(await budget(server, '/stats/x')).toBe(9)
    server.clock.advance(10_000)
    expect(await budget(server, '/stats/x')).toBe(1)
    server.settings.bursts = { api: 0, stats: 6, config: 0 }
    expect(await budget(server, '/stats/x')).toBe(2)
    expect(await budget(server, '/api/stream-ids')).toBe(30)
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

  describe('of a key', () => {
    const remoteAddress = '203.0.113.1'
    const keyBudget = async ({ app }: TestServer, key: string, address = remoteAddress) => {
      for (let i = 0; i < 100; i++) {
        const headers = bearer(key)
        const { statusCode } = await app.inject({ url: '/api/stream-ids', headers, remoteAddress: address })
        if (statusCode === 429) return i
      }
      return Number.POSITIVE_INFINITY
    }

    it('are its own, wherever it comes from, and leave those of the address alone', async () => {
      const server = buildTestServer({ limits: { ...LIMITS, api: 5 } })
      expect(await keyBudget(server, server.keys.read)).toBe(5)
      expect(await keyBudget(server, server.keys.read, '203.0.113.99')).toBe(0)
      expect(await keyBudget(server, server.keys.write)).toBe(5)
      expect(await budget(server, '/api/stream-ids')).toBe(5)
    })

    it('are those of the address where the key is wrong, whichever it is', async () => {
      const server = buildTestServer({ limits: { ...LIMITS, api: 4 } })
      const statuses = []
      for (let i = 0; i < 6; i++) {
        const headers = bearer(`wrong ${i}`)
        statuses.push(
          (await server.app.inject({ url: '/api/stream-ids', headers, remoteAddress })).statusCode,
        )
      }
      expect(statuses).toEqual([401, 401, 401, 401, 429, 429])
      expect(await budget(server, '/api/stream-ids')).toBe(0)
      expect(await keyBudget(server, server.keys.read)).toBe(4)
    })

    it('may be set for it alone, in each category', async () => {
      const server = buildTestServer({
        limits: { ...LIMITS, api: 5 },
        bursts: { api: 1, stats: 0, config: 0 },
      })
      const fast = server.keyRing.add('read', 'fast', { rateLimitPerMinute: 12 })
      const slow = server.keyRing.add('admin', 'slow', { rateLimitPerMinute: 2 })
      expect(await keyBudget(server, fast)).toBe(13)
      expect(await keyBudget(server, slow)).toBe(3)
      const { headers } = await server.app.inject({ method: 'POST', url: '/api/keys', headers: bearer(slow) })
      expect(headers['ratelimit-policy']).toBe('"config";q=2;w=60')
    })

    it('hold for routes that need no key, too', async () => {
      const server = buildTestServer({ limits: { ...LIMITS, stats: 2 } })
      const ask = async (headers: Record<string, string>) =>
        (await server.app.inject({ url: '/stats/x', headers, remoteAddress })).statusCode
      const key = { 'x-api-key': server.keys.read }
      expect([await ask(key), await ask(key), await ask(key)]).toEqual([404, 404, 429])
      expect([await ask({}), await ask(bearer('of another server')), await ask({})]).toEqual([404, 404, 429])
    })
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
