import type {
  ConnectionIdentity,
  ConnectionStats,
  ListenerSpec,
  RouteRules,
} from '../../src/engine/contract.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { PlayToken } from './fake-tokens.ts'

const RATE_WINDOW_MS = 1000
/** SRT, UDP and IPv4 headers. */
const PACKET_OVERHEAD_BYTES = 44

const COUNTERS = [
  'bytes',
  'packets',
  'wireBytes',
  'packetsLost',
  'bytesLost',
  'packetsDropped',
  'bytesDropped',
  'packetsRetransmitted',
  'packetsBelated',
  'packetsDuplicate',
  'packetsUndecrypted',
  'ringOverruns',
] as const
const GAUGES = ['rttMs', 'bufferMs', 'bandwidthMbps', 'ringBacklogBytes'] as const

type Numbers = Pick<ConnectionStats, (typeof COUNTERS)[number] | (typeof GAUGES)[number]>

/** Counters are added, gauges are set; without `wireBytes` they follow from the payload. */
export type FakeTraffic = Partial<Numbers>

/** A listener as its connections see it: the spec changes with configure(). */
export interface OpenListener {
  spec: ListenerSpec
}

/** One connection and what went through it. */
export class FakeConnection {
  readonly identity: ConnectionIdentity
  readonly listener: OpenListener
  readonly connectedMonoMs: number
  isParked = false
  /** The play token whose use is given back when the connection ends; undefined = none, or it has been spent. */
  unspentToken: PlayToken | undefined
  /** Monotonic. */
  lastArrivalMs: number
  readonly #clock: Clock
  readonly #connectedAtMs: number
  /** Publishers: monotonic, since when the rate has been above its limit. */
  #aboveRateSinceMs: number | undefined
  #lastDataAtMs = 0
  #recent: { atMs: number; bytes: number }[] = []
  readonly #numbers: Numbers = {
    bytes: 0,
    packets: 0,
    wireBytes: 0,
    packetsLost: 0,
    bytesLost: 0,
    packetsDropped: 0,
    bytesDropped: 0,
    packetsRetransmitted: 0,
    packetsBelated: 0,
    packetsDuplicate: 0,
    packetsUndecrypted: 0,
    ringOverruns: 0,
    rttMs: 0,
    bufferMs: 0,
    bandwidthMbps: 0,
    ringBacklogBytes: 0,
  }

  constructor(listener: OpenListener, clock: Clock, identity: ConnectionIdentity) {
    this.identity = identity
    this.listener = listener
    this.#clock = clock
    this.#connectedAtMs = clock.nowMs()
    this.connectedMonoMs = clock.monotonicMs()
    this.lastArrivalMs = this.connectedMonoMs
  }

  get bytes(): number {
    return this.#numbers.bytes
  }

  account(traffic: FakeTraffic): void {
    const { bytes = 0, packets = 0, wireBytes = bytes + packets * PACKET_OVERHEAD_BYTES } = traffic
    const numbers = this.#numbers
    for (const name of COUNTERS) numbers[name] += name === 'wireBytes' ? wireBytes : (traffic[name] ?? 0)
    for (const name of GAUGES) numbers[name] = traffic[name] ?? numbers[name]
    if (bytes === 0 && packets === 0) return
    this.lastArrivalMs = this.#clock.monotonicMs()
    this.#lastDataAtMs = this.#clock.nowMs()
    this.#recent.push({ atMs: this.lastArrivalMs, bytes })
  }

  /** Payload over the last second. */
  rateKbps(): number {
    const fromMs = this.#clock.monotonicMs() - RATE_WINDOW_MS
    this.#recent = this.#recent.filter(({ atMs }) => atMs > fromMs)
    const recentBytes = this.#recent.reduce((sum, { bytes }) => sum + bytes, 0)
    return (recentBytes * 8) / RATE_WINDOW_MS
  }

  /** Above the limit of these rules for longer than they allow. */
  isTooFast({ maxRateKbps, rateGraceMs }: RouteRules, nowMs: number): boolean {
    const isAbove = maxRateKbps > 0 && this.rateKbps() > maxRateKbps
    this.#aboveRateSinceMs = isAbove ? (this.#aboveRateSinceMs ?? nowMs) : undefined
    return this.#aboveRateSinceMs !== undefined && nowMs - this.#aboveRateSinceMs > rateGraceMs
  }

  sample(): ConnectionStats {
    return {
      ...this.identity,
      ...this.#numbers,
      connectedAtMs: this.#connectedAtMs,
      sampledAtMs: this.#clock.nowMs(),
      lastDataAtMs: this.#lastDataAtMs,
      rateKbps: this.rateKbps(),
    }
  }
}
