import { describe, expect, it } from 'vitest'
import type { Transport } from '../../src/engine/contract.ts'
import type { Server } from '../support/server.ts'
import { type Peer, type PublishDone, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { UdpProxy } from '../support/udp-proxy.ts'
import { until } from '../support/wait.ts'

const RATE_KBPS = 2000
const DUPLICATE_PUBLISHER = 1409

/** Tries until it is let in, as an encoder does. */
async function publishAgain(port: number, streamId: string): Promise<Peer<PublishDone>> {
  for (;;) {
    const peer = publish({ port, streamId, rateKbps: RATE_KBPS })
    const first = await peer.waitForAny(['connected', 'refused'])
    if (first.event === 'connected') return peer
    expect(first).toMatchObject({ reject: DUPLICATE_PUBLISHER })
    await peer.exited
  }
}

async function sessionCount(server: Server): Promise<number> {
  const { body } = await server.api('GET', '/api/sessions')
  // The form is pinned by the tests of the API.
  return (body as { data: unknown[] }).data.length
}

async function movePublisher(transport: Transport): Promise<void> {
  const server = await serverOn(transport)()
  await server.addStream('cam', 'view')
  const { publisher, player } = server.ports
  const proxy = await UdpProxy.start({ serverPort: publisher })
  const first = publish({ port: proxy.port, streamId: 'cam', rateKbps: RATE_KBPS, exitAfterBroken: false })
  await first.waitFor('connected')
  await server.untilLive('view')
  const viewer = play({ port: player, streamId: 'view' })
  await viewer.waitFor('progress', 15_000, event => event.messages > 50)
  proxy.changeAddresses()
  // The first one still sends, from an address that has no session.
  const second = await publishAgain(proxy.port, 'cam')
  await viewer.waitFor('progress', 15_000, event => event.sessions === 2 && event.nextSequence !== undefined)
  await first.waitFor('broken', 20_000)
  const before = viewer.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
  await viewer.waitFor('progress', 15_000, event => event.messages > before + 100)
  // Nothing of the first one came after the second had begun: it would count as a third run.
  expect(await viewer.finish()).toMatchObject({ sessions: 2, gaps: 0, corrupt: 0, duplicates: 0, broken: 0 })
  await Promise.all([first.stop(), second.stop()])
}

async function movePlayer(transport: Transport): Promise<void> {
  const server = await serverOn(transport)()
  await server.addStream('cam', 'view')
  const { publisher, player } = server.ports
  const proxy = await UdpProxy.start({ serverPort: player })
  const source = publish({ port: publisher, streamId: 'cam', rateKbps: RATE_KBPS })
  await source.waitFor('connected')
  await server.untilLive('view')
  const healthy = play({ port: player, streamId: 'view' })
  const moved = play({ port: proxy.port, streamId: 'view', exitAfterBroken: false })
  await moved.waitFor('progress', 15_000, event => event.messages > 50)
  await healthy.waitFor('connected')
  expect(await sessionCount(server)).toBe(3)
  proxy.changeAddresses()
  const again = play({ port: proxy.port, streamId: 'view' })
  await again.waitFor('progress', 15_000, event => event.messages > 100)
  await moved.waitFor('broken', 20_000)
  await until(async () => (await sessionCount(server)) === 3, {
    deadlineMs: 20_000,
    what: 'the end of the session with the old address',
  })
  for (const viewer of [healthy, again]) {
    expect(await viewer.finish()).toMatchObject({ gaps: 0, corrupt: 0, duplicates: 0, broken: 0 })
  }
  await Promise.all([moved.stop(), source.stop()])
}

/**
 * SRT knows a connection by its address too: what comes from another is not part of it. The client finds out by
 * itself, after five seconds, and connects again. All transports wait for that together.
 */
describe('a change of address', () => {
  it('of a publisher ends its session; it returns to its players from the new address', async () => {
    await Promise.all(TRANSPORTS.map(movePublisher))
  })

  it('of a player ends its session alone; it plays again from the new address', async () => {
    await Promise.all(TRANSPORTS.map(movePlayer))
  })
})
