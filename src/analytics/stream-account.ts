import type { Sample, StreamSample } from '../store/samples.ts'

/** What was counted of a stream between two passes. */
export interface Account {
  streamKey: string
  /** How long somebody published, and over what time the bytes came. */
  liveMs: number
  spanMs: number
  bytesIn: number
  bytesOut: number
  packets: number
  packetsLost: number
  packetsDropped: number
  /** 0 = not known. */
  rttMs: number
  bufferMs: number
  players: number
}

/** After a stall of the whole process nobody knows what was live. */
const MOST_LIVE_MS = 60_000

export const newAccount = (streamKey: string): Account => ({
  streamKey,
  ...{ liveMs: 0, spanMs: 0, bytesIn: 0, bytesOut: 0, packets: 0, packetsLost: 0, packetsDropped: 0 },
  ...{ rttMs: 0, bufferMs: 0, players: 0 },
})

/** Short numbers take little room in the database. */
const rounded = (value: number, digits: number) => {
  const factor = 10 ** digits
  return Number.isFinite(value) ? Math.round(value * factor) / factor : 0
}

/** Of what was sent, those that did not arrive at once; 0…100. */
function lossPercent({ packets, packetsLost, packetsDropped }: Account): number {
  if (packetsLost <= 0) return 0
  const sent = packets + packetsDropped
  return sent <= 0 ? 100 : Math.min(100, (packetsLost / sent) * 100)
}

/** During a takeover two publish at once, which makes no more time than there was: `mostMs`. */
export function toSample(account: Account, mostMs: number, wallMs: number): StreamSample {
  const liveMs = Math.min(account.liveMs, mostMs, MOST_LIVE_MS)
  const spanMs = Math.min(account.spanMs, mostMs)
  const rttMs = rounded(account.rttMs, 1)
  const loss = rounded(lossPercent(account), 3)
  return {
    streamKey: account.streamKey,
    sinceMs: Math.round(wallMs - liveMs),
    liveS: Math.max(0.1, rounded(liveMs / 1000, 1)),
    rateKbps: rounded((account.bytesIn * 8) / spanMs, 0),
    rttMs,
    rttMaxMs: rttMs,
    lossPercent: loss,
    lossMaxPercent: loss,
    bufferMs: rounded(Math.max(0, account.bufferMs), 0),
    players: account.players,
    bytesIn: account.bytesIn,
    bytesOut: account.bytesOut,
  }
}

/** All streams as one: rates, players and bytes are sums, the rest means by live time. */
export function totalOf(streams: readonly Sample[]): Sample {
  const liveS = greatest(streams, ({ liveS }) => liveS)
  const known = streams.filter(({ rttMs }) => rttMs > 0)
  const bytes = (side: 'bytesIn' | 'bytesOut') => streams.reduce((sum, stream) => sum + stream[side], 0)
  return {
    liveS,
    rateKbps: rounded(streams.reduce((sum, stream) => sum + stream.rateKbps * stream.liveS, 0) / liveS, 0),
    rttMs: rounded(
      mean(known, ({ rttMs }) => rttMs),
      1,
    ),
    rttMaxMs: greatest(streams, ({ rttMaxMs }) => rttMaxMs),
    lossPercent: rounded(
      mean(streams, stream => stream.lossPercent),
      3,
    ),
    lossMaxPercent: greatest(streams, ({ lossMaxPercent }) => lossMaxPercent),
    bufferMs: rounded(
      mean(streams, ({ bufferMs }) => bufferMs),
      0,
    ),
    players: streams.reduce((sum, { players }) => sum + players, 0),
    bytesIn: bytes('bytesIn'),
    bytesOut: bytes('bytesOut'),
  }
}

const greatest = (streams: readonly Sample[], of: (sample: Sample) => number) =>
  streams.reduce((most, stream) => Math.max(most, of(stream)), 0)

function mean(streams: readonly Sample[], of: (sample: Sample) => number): number {
  const liveS = streams.reduce((sum, stream) => sum + stream.liveS, 0)
  return liveS === 0 ? 0 : streams.reduce((sum, stream) => sum + of(stream) * stream.liveS, 0) / liveS
}
