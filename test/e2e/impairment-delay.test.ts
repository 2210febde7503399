import { describe, expect, it } from 'vitest'
import type { RelayMode, Transport } from '../../src/engine/contract.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'

const LATENCY_MS = 500

interface Mode {
  transport: Transport
  relayMode: RelayMode
  /** Median delay, in latencies. */
  least: number
  most: number
}

const MODES: readonly Mode[] = [
  // The publisher's latency is waited for in the relay, the player's in the player.
  { transport: 'libsrt', relayMode: 'timed', least: 1.9, most: 3 },
  { transport: 'direct', relayMode: 'timed', least: 1.9, most: 3 },
  // Only in the player.
  { transport: 'direct', relayMode: 'cut_through', least: 0.9, most: 1.5 },
]

/** From the stamp that srt_peer gives each message to its arrival at srt_peer: the median, in latencies. */
async function medianDelay({ transport, relayMode }: Mode): Promise<number> {
  const server = await serverOn(transport)({ srt: { relay_mode: relayMode } })
  await server.addStream('cam', 'view')
  const { publisher, player } = server.ports
  const source = publish({ port: publisher, streamId: 'cam', latencyMs: LATENCY_MS, rateKbps: 2000 })
  await source.waitFor('connected')
  await server.untilLive('view')
  const viewer = play({ port: player, streamId: 'view', latencyMs: LATENCY_MS, count: 500 })
  const { delayP50Ms, gaps } = await viewer.result()
  expect(gaps).toBe(0)
  await source.stop()
  if (delayP50Ms === null) throw new Error('no message had a stamp')
  return delayP50Ms / LATENCY_MS
}

describe('the delay from publisher to player', () => {
  it('is one latency where packets are cut through, two where they are timed', async () => {
    const wanted = MODES.filter(({ transport }) => TRANSPORTS.includes(transport))
    const measured = await Promise.all(
      wanted.map(async mode => ({ ...mode, latencies: await medianDelay(mode) })),
    )
    for (const mode of measured) {
      expect(mode.latencies, JSON.stringify(mode)).toBeGreaterThan(mode.least)
      expect(mode.latencies, JSON.stringify(mode)).toBeLessThan(mode.most)
    }
  })
})
