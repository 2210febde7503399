import type { ConnectionStats } from '../engine/contract.ts'
import { splitPeer } from '../lib/peer-address.ts'

/** One connection as stat_post_url gets it. All values are strings, as the server we replace sends them. */
export interface StatReport {
  port: string
  role: 'publisher' | 'player'
  /** The stream: its publisher's stream ID. */
  stream_name: string
  /** The stream ID of this connection. */
  url: string
  remote_ip: string
  remote_port: string
  /** Local time, `YYYY-MM-DD HH:MM:SS`. */
  start_time: string
  kbitrate: string
}

const twoDigits = (value: number) => String(value).padStart(2, '0')

function localTime(atMs: number): string {
  const at = new Date(atMs)
  const date = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-')
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')}`
}

export function statReport(connection: ConnectionStats): StatReport {
  const { ip, port } = splitPeer(connection.peer)
  return {
    // A listener's name ends in its port.
    port: connection.listener.slice(connection.listener.lastIndexOf(':') + 1),
    role: connection.role === 'publish' ? 'publisher' : 'player',
    stream_name: connection.streamKey,
    url: connection.streamId,
    remote_ip: ip,
    remote_port: port,
    start_time: localTime(connection.connectedAtMs),
    kbitrate: String(Math.max(0, Math.round(connection.rateKbps))),
  }
}
