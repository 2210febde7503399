import { setTimeout as sleep } from 'node:timers/promises'
import type { ImpairmentOptions } from './impairment.ts'
import type { Server } from './server.ts'
import { play, publish } from './srt-peers.ts'
import { UdpProxy } from './udp-proxy.ts'

export interface ImpairedRun {
  /** Unique on its server. */
  name: string
  /** Whose way to the relay is bad; the other's is perfect. */
  side: 'publisher' | 'player'
  /** Of publisher and player. */
  latencyMs: number
  toServer?: Partial<ImpairmentOptions>
  toClient?: Partial<ImpairmentOptions>
  seed: number
  /** Default 4. */
  seconds?: number
  /** Happens a second after the impairment began. */
  interrupt?: (proxy: UdpProxy) => void
}

export interface Delivery {
  /** By the publisher since the player's first message. */
  sent: number
  /** Different messages, bit-exact, at the player. */
  delivered: number
  duplicates: number
  corrupt: number
  broken: boolean
  /** What the proxy lost on the way of the data. */
  lostOnTheWay: number
}

/** 1316 bytes a message: 285 messages a second. */
const RATE_KBPS = 3000
const MESSAGES_PER_S = (RATE_KBPS * 1000) / 8 / 1316

const distanceOf = ({ delayMs = 0 }: Partial<ImpairmentOptions> = {}) => ({ delayMs })

/** One stream from srt_peer to srt_peer with one bad way: long from the start, worse from the first message on. */
export async function runImpaired(server: Server, run: ImpairedRun): Promise<Delivery> {
  const { name, side, latencyMs, seed } = run
  const [camera, view] = [`${name}-cam`, `${name}-view`]
  await server.addStream(camera, view)
  const ports = { ...server.ports }
  // The connection is made over the distance that it keeps: from it the peers know the other's clock.
  const distance = { toServer: distanceOf(run.toServer), toClient: distanceOf(run.toClient) }
  const proxy = await UdpProxy.start({ serverPort: ports[side], seed, ...distance })
  ports[side] = proxy.port
  const source = publish({
    port: ports.publisher,
    streamId: camera,
    latencyMs,
    rateKbps: RATE_KBPS,
    count: Math.round((run.seconds ?? 4) * MESSAGES_PER_S),
    // Longer than everything that is under way: both latencies and what the bad network adds.
    holdMs: 2 * latencyMs + 3000,
  })
  await source.waitFor('connected')
  const viewer = play({ port: ports.player, streamId: view, latencyMs })
  await viewer.waitFor('progress', 20_000, event => event.messages > 0)
  proxy.change('toServer', run.toServer ?? {})
  proxy.change('toClient', run.toClient ?? {})
  if (run.interrupt !== undefined) {
    await sleep(1000)
    run.interrupt(proxy)
  }
  const { messages: total } = await source.waitFor('sent', 40_000)
  const isComplete = viewer
    .waitFor('progress', 2 * latencyMs + 2000, ({ nextSequence = 0 }) => nextSequence >= total)
    // The last ones are lost, then: that is a result, not an error.
    .catch(() => undefined)
  await isComplete
  const lostOnTheWay = proxy.counters[side === 'publisher' ? 'toServer' : 'toClient'].lost
  const result = await viewer.finish()
  await Promise.all([source.stop(), proxy.close()])
  return {
    sent: total - result.firstSequence,
    delivered: result.messages - result.duplicates - result.corrupt,
    duplicates: result.duplicates,
    corrupt: result.corrupt,
    broken: result.broken > 0,
    lostOnTheWay,
  }
}
