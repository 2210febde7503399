import { describe, expect, it } from 'vitest'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { UdpProxy } from '../support/udp-proxy.ts'

const LOSS = { lossPercent: 5, delayMs: 15 }

describe.each(TRANSPORTS)('a lossy network, %s', transport => {
  const startServer = serverOn(transport)

  it('between relay and player is mended by retransmission', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const proxy = await UdpProxy.start({ serverPort: server.ports.player, toServer: LOSS, toClient: LOSS })
    const source = publish({ port: server.ports.publisher, streamId: 'cam', rateKbps: 4000 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: proxy.port, streamId: 'view', latencyMs: 400 })
    await viewer.waitFor('progress', 30_000, event => event.messages > 3000)
    const result = await viewer.finish()
    expect(result).toMatchObject({ corrupt: 0, duplicates: 0, broken: 0 })
    // Of 3,000 messages 150 are lost on the way; few come too late, and a stalled machine adds to them.
    expect(result.gaps).toBeLessThan(30)
    expect(proxy.counters.toClient.lost).toBeGreaterThan(80)
    await source.stop()
    await proxy.close()
  })

  it('between publisher and relay is mended too, and shown in the statistics', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const proxy = await UdpProxy.start({ serverPort: server.ports.publisher, toServer: LOSS, toClient: LOSS })
    const source = publish({ port: proxy.port, streamId: 'cam', rateKbps: 4000, latencyMs: 400 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 30_000, event => event.messages > 3000)
    const result = await viewer.finish()
    expect(result).toMatchObject({ corrupt: 0, duplicates: 0, broken: 0 })
    expect(result.gaps).toBeLessThan(30)
    const { body } = await server.stats('view', 'legacy=1')
    expect(JSON.stringify(body)).toMatch(/"pktRcvLoss":[1-9]/)
    await source.stop()
    await proxy.close()
  })
})
