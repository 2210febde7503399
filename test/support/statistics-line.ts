import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../src/engine/contract.ts'
import type { ImpairmentOptions } from './impairment.ts'
import type { PeerOptions } from './srt-peers.ts'
import { type Direction, UdpProxy } from './udp-proxy.ts'
import { isKeyRequest, isOddKeyed, WireCount } from './wire-count.ts'
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
  keyRefresh?: PeerOptions['keyRefresh']
  /** The announcement of the second key is lost until so many packets have come that need it. */
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
  /** Data packets that came before the key they need. */
  unreadable: () => number
}

/** One way; there and back it makes 40 ms. */
export const DELAY_MS = 20
const BLACKOUT_AFTER_MS = 1500

/** The connection is made over the distance that it keeps: from it the peers know the other's clock. */
const distanceOf = ({ delayMs = DELAY_MS }: Partial<ImpairmentOptions> = {}) => ({ delayMs })

/** peer – UdpProxy – WireTap – relay. */
export async function openLine(way: Way, serverPort: number, seed: number): Promise<Line> {
  const dataDirection: Direction = way.role === 'publish' ? 'toServer' : 'toClient'
  const [wire, offered] = [new WireCount(dataDirection), new WireCount(dataDirection)]
  const withoutKey = way.packetsWithoutKey ?? 0
  let [unreadable, isKeyKnown] = [0, withoutKey === 0]
  const tap = await WireTap.start({
    serverPort,
    onDatagram(direction, datagram) {
      if (!isKeyKnown && isOddKeyed(datagram)) unreadable++
      // The one of the handshake is an extension of it, and not looked for.
      if (!isKeyKnown && isKeyRequest(datagram)) {
        isKeyKnown = unreadable >= withoutKey
        if (!isKeyKnown) return false
      }
      wire.see(direction, datagram)
      return true
    },
  })
  const proxy = await UdpProxy.start({
    serverPort: tap.port,
    seed,
    toServer: distanceOf(way.toServer),
    toClient: distanceOf(way.toClient),
    onDatagram: (direction, datagram) => offered.see(direction, datagram),
  })
  return { way, proxy, tap, wire, offered, unreadable: () => unreadable }
}

/** From now on the network is as bad as it shall be. Resolves when the blackout begins, if there is one. */
export async function impair({ way, proxy }: Line): Promise<void> {
  proxy.change('toServer', way.toServer ?? {})
  proxy.change('toClient', way.toClient ?? {})
  if (way.blackoutMs === undefined) return
  await sleep(BLACKOUT_AFTER_MS)
  proxy.blackout(way.blackoutMs)
}

export async function closeLine({ proxy, tap }: Line): Promise<void> {
  await proxy.close()
  tap.close()
}
