import type { Role } from '../../src/engine/contract.ts'
import type { ImpairmentOptions } from './impairment.ts'
import { type Direction, UdpProxy } from './udp-proxy.ts'
import { until } from './wait.ts'
import { takeOtherKey, WireCount } from './wire-count.ts'
import { WireTap } from './wire-tap.ts'

/** One connection, and the network between its peer and the relay. */
export interface Way {
  /** Its stream ID, and for a publisher its stream. */
  name: string
  role: Role
  /** Players: the name of the publisher. */
  stream?: string
  /** Default: nothing but the distance. */
  toServer?: Partial<ImpairmentOptions>
  toClient?: Partial<ImpairmentOptions>
  blackoutMs?: number
  /** srt-live-transmit, which counts for itself, instead of srt_peer. */
  isTransmit?: boolean
  passphrase?: string
  /** So many in midstream say that they need the other key, of which the relay was never told. */
  packetsWithoutKey?: number
}

export interface Line {
  way: Way
  proxy: UdpProxy
  tap: WireTap
  /** What passed between the bad network and the relay. */
  wire: WireCount
  /** What came to the bad network, from either side. */
  offered: WireCount
}

/** One way; there and back it makes 40 ms. */
export const DELAY_MS = 20
const BLACKOUT_AFTER_PACKETS = 200
/** Packets that come before those without their key. */
const UNREADABLE_FROM = 300

/** The connection is made over the distance that it keeps: from it the peers know the other's clock. */
const distanceOf = ({ delayMs = DELAY_MS }: Partial<ImpairmentOptions> = {}) => ({ delayMs })

/** peer – UdpProxy – WireTap – relay. */
export async function openLine(way: Way, serverPort: number, seed: number): Promise<Line> {
  const dataDirection: Direction = way.role === 'publish' ? 'toServer' : 'toClient'
  const [wire, offered] = [new WireCount(dataDirection), new WireCount(dataDirection)]
  const unreadableTo = UNREADABLE_FROM + (way.packetsWithoutKey ?? 0)
  const tap = await WireTap.start({
    serverPort,
    onDatagram(direction, datagram) {
      wire.see(direction, datagram)
      const isUnreadable = wire.packets > UNREADABLE_FROM && wire.packets <= unreadableTo
      if (isUnreadable && direction === dataDirection) takeOtherKey(datagram)
    },
  })
  const proxy = await UdpProxy.start({
    serverPort: tap.port,
    seed,
    toServer: distanceOf(way.toServer),
    toClient: distanceOf(way.toClient),
    onDatagram: (direction, datagram) => offered.see(direction, datagram),
  })
  return { way, proxy, tap, wire, offered }
}

/** From now on the network is as bad as it shall be. Resolves when the blackout begins, if there is one. */
export async function impair({ way, proxy, wire }: Line): Promise<void> {
  proxy.change('toServer', way.toServer ?? {})
  proxy.change('toClient', way.toClient ?? {})
  if (way.blackoutMs === undefined) return
  const what = `${way.name} to stream`
  await until(() => wire.packets > BLACKOUT_AFTER_PACKETS, { deadlineMs: 20_000, what })
  proxy.blackout(way.blackoutMs)
}

export async function closeLine({ proxy, tap }: Line): Promise<void> {
  await proxy.close()
  tap.close()
}
