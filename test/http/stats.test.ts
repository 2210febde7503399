import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { buildTestServer, type TestServer } from '../support/build.ts'

const GOLDEN: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../golden/api/stats.json', import.meta.url), 'utf8'),
)
const golden = (name: string) => JSON.stringify(GOLDEN[name])

let server: TestServer

beforeEach(async () => {
  server = buildTestServer()
  await server.streamIds.add({ publisher: 'secret', player: 'live/x y' })
})

function goLive(): number {
  const { engine, clock } = server
  const result = engine.connect({ listener: 'publish:4001', streamId: 'secret', latencyMs: 1000 })
  if ('refused' in result) throw new Error(result.refused)
  clock.advance(3999)
  // 790 kbit/s over the last second, 0.829 Mbit/s on the wire since connect.
  engine.feed(result.connectionId, {
    bytes: 98_750,
    packets: 75,
    wireBytes: 414_500,
    packetsLost: 5,
    bytesLost: 6580,
    packetsDropped: 3,
    bytesDropped: 3948,
    rttMs: 0.055,
    bufferMs: 956,
    bandwidthMbps: 12.912,
  })
  clock.advance(1)
  return result.connectionId
}

async function stats(query = '', headers: Record<string, string> = {}, remoteAddress = '203.0.113.1') {
  const response = await server.app.inject({ url: `/stats/live/x%20y${query}`, headers, remoteAddress })
  expect(response.statusCode).toBe(200)
  return response
}

const publisher = async (...args: Parameters<typeof stats>) => (await stats(...args)).json().publisher
const legacy = async (...args: Parameters<typeof stats>) => (await stats(...args)).json().publishers.live

describe('GET /stats/*', () => {
  it('has the golden shapes', async () => {
    expect((await stats()).body).toBe(golden('modern-offline'))
    expect((await stats('?legacy=1')).body).toBe(golden('legacy-offline'))
    goLive()
    expect((await stats()).body).toBe(golden('modern'))
    expect((await stats('?legacy=1')).body).toBe(golden('legacy'))
    expect((await stats()).headers['content-type']).toBe('application/json')
  })

  it.each(['?legacy=true', '?legacy=0', '?legacy', '?legacy=11', '?LEGACY=1', '?legacy=0&legacy=1'])(
    'is modern with %s',
    async query => {
      expect((await stats(query)).body).toBe(golden('modern-offline'))
    },
  )

  it('knows no publisher, live or not, and asks for no key', async () => {
    for (const isLive of [false, true]) {
      if (isLive) goLive()
      const response = await server.app.inject('/stats/secret')
      expect(response.statusCode).toBe(404)
      expect(response.body).toBe('{"code":"PLAYER_UNKNOWN","message":"Invalid player key","status":"error"}')
    }
  })

  it('finds an ID whose slashes are encoded', async () => {
    expect((await server.app.inject('/stats/live%2Fx%20y')).statusCode).toBe(200)
    expect((await server.app.inject('/stats/live%2fx%20y/')).statusCode).toBe(404)
  })

  it('falls to a bitrate of 0 within two seconds of the last packet, and to offline with the end', async () => {
    const id = goLive()
    expect((await publisher()).bitrate).toBe(790)
    server.clock.advance(2000)
    expect(await publisher()).toMatchObject({ bitrate: 0, uptime: 6 })
    server.engine.disconnect(id)
    await new Promise(resolve => setImmediate(resolve))
    expect((await stats()).body).toBe(golden('modern-offline'))
  })

  it('sees the publisher at once when it comes', async () => {
    await stats()
    goLive()
    server.engine.loseEvents()
    await new Promise(resolve => setImmediate(resolve))
    expect((await publisher()).bitrate).toBe(790)
  })

  describe('?reset', () => {
    const NOALBS = { 'user-agent': 'noalbs' }

    it.each(['?reset', '?reset=1', '?reset=0', '?x=1&reset=', '?reset&legacy=0'])(
      'begins anew after %s, whose own answer still has the old numbers',
      async query => {
        goLive()
        expect(await publisher(query)).toMatchObject({ dropped_pkts: 3, bitrate: 790 })
        expect(await publisher()).toMatchObject({ dropped_pkts: 0, bitrate: 790 })
      },
    )

    it('moves the counters of nobody else', async () => {
      const id = goLive()
      await publisher('?reset', NOALBS)
      expect((await publisher('', NOALBS)).dropped_pkts).toBe(0)
      const others: Parameters<typeof stats>[] = [
        [''],
        ['', { 'user-agent': 'other' }],
        ['', { ...NOALBS, authorization: 'Bearer a' }],
        ['', NOALBS, '203.0.113.2'],
        ['?client=2', NOALBS],
      ]
      for (const other of others) expect((await publisher(...other)).dropped_pkts).toBe(3)
      server.engine.feed(id, { packetsDropped: 4 })
      server.clock.advance(300)
      expect((await publisher('', NOALBS)).dropped_pkts).toBe(4)
      expect((await publisher('?reset', NOALBS, '203.0.113.2')).dropped_pkts).toBe(7)
      expect((await publisher('', NOALBS)).dropped_pkts).toBe(4)
    })

    it('covers every interval counter of the legacy format', async () => {
      const id = goLive()
      await stats('?legacy=1&reset')
      const zero = { bytesRcvDrop: 0, bytesRcvLoss: 0, pktRcvDrop: 0, pktRcvLoss: 0, mbpsRecvRate: 0 }
      expect(await legacy('?legacy=1')).toMatchObject({ ...zero, mbps_recv_rate: 0, pkt_rcv_loss: 0 })
      server.engine.feed(id, { bytes: 1, packets: 1, wireBytes: 250_000, packetsLost: 2, bytesLost: 20 })
      server.clock.advance(1000)
      expect(await legacy('?legacy=1')).toMatchObject({
        ...zero,
        pktRcvLoss: 2,
        pkt_rcv_loss: 2,
        bytesRcvLoss: 20,
        mbpsRecvRate: 2,
      })
    })

    it('is forgotten with the session', async () => {
      const id = goLive()
      await publisher('?reset', NOALBS)
      server.engine.disconnect(id)
      goLive()
      await new Promise(resolve => setImmediate(resolve))
      expect((await publisher('', NOALBS)).dropped_pkts).toBe(3)
    })
  })
})
