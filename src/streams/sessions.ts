import type { ConnectionStats, Role } from '../engine/contract.ts'
import { splitPeer } from '../lib/peer-address.ts'
import { bitrateKbps } from './stats.ts'

export type Encryption = 'none' | 'AES-128' | 'AES-192' | 'AES-256' | 'unknown length'

/** One publisher or player, for people to read. Rates and counters are of payload unless they say otherwise. */
export interface SessionInfo {
  id: number
  role: 'publisher' | 'player'
  streamId: string
  /** The stream. A secret: whoever has it can publish. */
  publisher: string
  /** Null: it is a publisher. */
  player: string | null
  address: string
  port: string
  listener: string
  /** Unix milliseconds. */
  sinceMs: number
  uptimeS: number
  latencyMs: number
  srtVersion: string
  encryption: Encryption
  /** Null: it came without a play token. */
  tokenId: string | null
  bitrateKbps: number
  rttMs: number
  /** Since connect, 0…100: of a publisher's packets those that did not arrive at once. See `lossPercent`. */
  lossPercent: number
  bufferMs: number
  bandwidthMbps: number
  backlogBytes: number
  counters: SessionCounters
}

export type SessionCounters = Readonly<
  Pick<
    ConnectionStats,
    | 'bytes'
    | 'packets'
    | 'wireBytes'
    | 'packetsLost'
    | 'bytesLost'
    | 'packetsDropped'
    | 'bytesDropped'
    | 'packetsRetransmitted'
    | 'packetsBelated'
    | 'packetsDuplicate'
    | 'packetsUndecrypted'
    | 'ringOverruns'
  >
>

export interface SessionFilter {
  role?: Role
  /** Exactly this player stream ID; leaves no publisher over. */
  player?: string
  /** Everybody on the stream of this publisher. */
  publisher?: string
  /** Which connections the reader may know. */
  isVisible?: (connection: ConnectionStats) => boolean
  /** Of the last row of the last page; undefined: the first page. */
  afterId?: number
  limit: number
}

const AES: Readonly<Record<number, Encryption>> = { 16: 'AES-128', 24: 'AES-192', 32: 'AES-256' }

const rounded = (value: number) =>
  Number.isFinite(value) && value > 0 ? Math.round(Math.min(value, 1e9) * 1000) / 1000 : 0

/** The key length is known only where this side chose it or could see it. */
export function encryptionOf({
  encrypted,
  keyLengthBytes,
}: Pick<ConnectionStats, 'encrypted' | 'keyLengthBytes'>): Encryption {
  return encrypted ? (AES[keyLengthBytes] ?? 'unknown length') : 'none'
}

/**
 * Losses in percent of what was sent, 0…100. A publisher's packets that were lost and sent again are among `packets`
 * in the end, the rest among the dropped. A player reports a packet lost each time it misses it, so what was sent
 * again counts as sent.
 */
export function lossPercent(connection: ConnectionStats): number {
  const { role, packets, packetsLost, packetsDropped, packetsRetransmitted } = connection
  const sent = packets + (role === 'publish' ? packetsDropped : packetsRetransmitted)
  if (packetsLost <= 0) return 0
  return sent <= 0 ? 100 : rounded(Math.min(100, (packetsLost / sent) * 100))
}

/** `nowMs` is Unix time in milliseconds. */
export function toSession(connection: ConnectionStats, nowMs: number): SessionInfo {
  const { ip, port } = splitPeer(connection.peer)
  const isPlayer = connection.role === 'play'
  return {
    id: connection.connectionId,
    role: isPlayer ? 'player' : 'publisher',
    streamId: connection.streamId,
    publisher: connection.streamKey,
    player: isPlayer ? connection.streamId : null,
    address: ip,
    port,
    listener: connection.listener,
    sinceMs: connection.connectedAtMs,
    uptimeS: Math.max(0, Math.floor((nowMs - connection.connectedAtMs) / 1000)),
    latencyMs: connection.latencyMs,
    srtVersion: connection.srtVersion,
    encryption: encryptionOf(connection),
    tokenId: connection.tokenId === '' ? null : connection.tokenId,
    bitrateKbps: bitrateKbps({ sample: connection, nowMs }),
    rttMs: rounded(connection.rttMs),
    lossPercent: lossPercent(connection),
    bufferMs: Math.max(0, Math.round(connection.bufferMs)),
    bandwidthMbps: rounded(connection.bandwidthMbps),
    backlogBytes: connection.ringBacklogBytes,
    counters: countersOf(connection),
  }
}

function countersOf(connection: ConnectionStats): SessionCounters {
  const { bytes, packets, wireBytes, packetsLost, bytesLost, packetsDropped, bytesDropped } = connection
  const { packetsRetransmitted, packetsBelated, packetsDuplicate, packetsUndecrypted, ringOverruns } =
    connection
  return {
    ...{ bytes, packets, wireBytes, packetsLost, bytesLost, packetsDropped, bytesDropped },
    ...{ packetsRetransmitted, packetsBelated, packetsDuplicate, packetsUndecrypted, ringOverruns },
  }
}

/** In the order in which they came; one row more than `limit` tells that there is another page. */
export function sessionsOf(
  connections: readonly ConnectionStats[],
  { role, player, publisher, isVisible, afterId = -1, limit }: SessionFilter,
  nowMs: number,
): SessionInfo[] {
  const isWanted = (connection: ConnectionStats) =>
    connection.connectionId > afterId &&
    (role === undefined || connection.role === role) &&
    (player === undefined || (connection.role === 'play' && connection.streamId === player)) &&
    (publisher === undefined || connection.streamKey === publisher) &&
    (isVisible === undefined || isVisible(connection))
  return connections
    .filter(isWanted)
    .sort((one, other) => one.connectionId - other.connectionId)
    .slice(0, limit + 1)
    .map(connection => toSession(connection, nowMs))
}
