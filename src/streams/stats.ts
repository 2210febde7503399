import type { ConnectionStats } from '../engine/contract.ts'

/** The totals from which a client counts anew. */
export type Baseline = Readonly<
  Pick<
    ConnectionStats,
    | 'connectionId'
    | 'sampledAtMs'
    | 'wireBytes'
    | 'packetsLost'
    | 'bytesLost'
    | 'packetsDropped'
    | 'bytesDropped'
  >
>

export interface ModernStats {
  /** kbit/s. */
  bitrate: number
  /** Milliseconds. */
  buffer: number
  dropped_pkts: number
  /** Negotiated, milliseconds. */
  latency: number
  /** Milliseconds, with fractions. */
  rtt: number
  /** Seconds. */
  uptime: number
}

/** The names that the server we replace sends, and those that its document gives. */
export interface LegacyStats {
  bitrate: number
  bytesRcvDrop: number
  bytesRcvLoss: number
  bytes_rcv_drop: number
  bytes_rcv_loss: number
  dropped_pkts: number
  latency: number
  mbpsBandwidth: number
  mbpsRecvRate: number
  mbps_bandwidth: number
  mbps_recv_rate: number
  msRcvBuf: number
  ms_rcv_buf: number
  pktRcvDrop: number
  pktRcvLoss: number
  pkt_rcv_drop: number
  pkt_rcv_loss: number
  rtt: number
  uptime: number
}

export interface StatsView {
  sample: ConnectionStats
  /** Undefined: count since connect. */
  baseline: Baseline | undefined
  /** Wall clock, Unix milliseconds. */
  nowMs: number
}

/** After this long without payload the bitrate is 0, whatever an old sample says. */
const SILENCE_MS = 1500

// What NOALBS, the commonest reader, parses the fields into; a larger number counts as offline there.
const I32_MAX = 2 ** 31 - 1
const U16_MAX = 2 ** 16 - 1
/** Beyond any link and any round trip; keeps the sums finite. */
const FRACTION_MAX = 1e9

const whole = (value: number, max: number = Number.MAX_SAFE_INTEGER) =>
  Number.isFinite(value) ? Math.min(max, Math.max(0, Math.round(value))) : 0

const fraction = (value: number) =>
  Number.isFinite(value) ? Math.min(FRACTION_MAX, Math.max(0, Math.round(value * 1000) / 1000)) : 0

/** Payload, a whole number; 0 once the stream has fallen silent. */
export function bitrateKbps({ sample, nowMs }: Omit<StatsView, 'baseline'>): number {
  return nowMs - sample.lastDataAtMs >= SILENCE_MS ? 0 : whole(sample.rateKbps, I32_MAX)
}

/** The mean over the client's own interval; 0 right after a reset. */
function receiveRateMbps({ sample, baseline }: StatsView): number {
  const elapsedMs = sample.sampledAtMs - (baseline?.sampledAtMs ?? sample.connectedAtMs)
  return elapsedMs <= 0
    ? 0
    : fraction(((sample.wireBytes - (baseline?.wireBytes ?? 0)) * 8) / 1000 / elapsedMs)
}

const uptimeS = ({ sample, nowMs }: StatsView) => whole(Math.floor((nowMs - sample.connectedAtMs) / 1000))

type Counter = 'packetsLost' | 'bytesLost' | 'packetsDropped' | 'bytesDropped'

const since = ({ sample, baseline }: StatsView, counter: Counter) =>
  sample[counter] - (baseline?.[counter] ?? 0)

/** The totals of a sample, as a baseline for what comes after it. */
export function baselineOf(sample: ConnectionStats): Baseline {
  const { connectionId, sampledAtMs, wireBytes, packetsLost, bytesLost, packetsDropped, bytesDropped } =
    sample
  return { connectionId, sampledAtMs, wireBytes, packetsLost, bytesLost, packetsDropped, bytesDropped }
}

/** `publisher` of /stats. All but `rtt` are integers, none is negative. */
export function modernStats(view: StatsView): ModernStats {
  const { sample } = view
  return {
    bitrate: bitrateKbps(view),
    buffer: whole(sample.bufferMs, I32_MAX),
    dropped_pkts: whole(since(view, 'packetsDropped'), I32_MAX),
    latency: whole(sample.latencyMs, U16_MAX),
    rtt: fraction(sample.rttMs),
    uptime: uptimeS(view),
  }
}

/** `publishers.live` of /stats?legacy=1. All but `rtt` and the `mbps` fields are integers, none is negative. */
export function legacyStats(view: StatsView): LegacyStats {
  const { sample } = view
  const { bitrate, buffer, dropped_pkts, latency, rtt, uptime } = modernStats(view)
  const bytesDropped = whole(since(view, 'bytesDropped'))
  const bytesLost = whole(since(view, 'bytesLost'))
  const packetsLost = whole(since(view, 'packetsLost'), I32_MAX)
  const bandwidthMbps = fraction(sample.bandwidthMbps)
  const rateMbps = receiveRateMbps(view)
  return {
    bitrate,
    bytesRcvDrop: bytesDropped,
    bytesRcvLoss: bytesLost,
    bytes_rcv_drop: bytesDropped,
    bytes_rcv_loss: bytesLost,
    dropped_pkts,
    latency,
    mbpsBandwidth: bandwidthMbps,
    mbpsRecvRate: rateMbps,
    mbps_bandwidth: bandwidthMbps,
    mbps_recv_rate: rateMbps,
    msRcvBuf: buffer,
    ms_rcv_buf: buffer,
    pktRcvDrop: dropped_pkts,
    pktRcvLoss: packetsLost,
    pkt_rcv_drop: dropped_pkts,
    pkt_rcv_loss: packetsLost,
    rtt,
    uptime,
  }
}
