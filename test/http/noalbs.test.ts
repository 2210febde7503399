import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ConnectionStats } from '../../src/engine/contract.ts'
import { legacyStats, modernStats } from '../../src/streams/stats.ts'

// What the commonest reader parses each field into (Rust, serde_json): a number out of range, or a fraction where
// an integer is wanted, fails as a whole, and a failure counts as offline.
const TYPES = {
  u16: [0, 2 ** 16 - 1],
  u32: [0, 2 ** 32 - 1],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  i64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  u64: [0, Number.MAX_SAFE_INTEGER],
  f64: undefined,
} as const
type Contract = Record<string, keyof typeof TYPES>

const SRT_LIVE_SERVER: Contract = {
  bitrate: 'i64',
  bytesRcvDrop: 'u64',
  bytesRcvLoss: 'u64',
  mbpsBandwidth: 'f64',
  mbpsRecvRate: 'f64',
  msRcvBuf: 'i32',
  pktRcvDrop: 'i32',
  pktRcvLoss: 'i32',
  rtt: 'f64',
  uptime: 'i64',
}
const OPENIRL: Contract = {
  bitrate: 'u32',
  buffer: 'u32',
  dropped_pkts: 'u64',
  latency: 'u16',
  rtt: 'f64',
  uptime: 'u64',
}
const BELABOX: Contract = { bitrate: 'i64', rtt: 'f64', dropped_pkts: 'i32' }

function violations(contract: Contract, json: string): string[] {
  const parsed: Record<string, unknown> = JSON.parse(json)
  return Object.entries(contract).flatMap(([name, type]) => {
    const value = parsed[name]
    if (typeof value !== 'number') return [`${name} is ${JSON.stringify(value)}`]
    const range = TYPES[type]
    if (range === undefined) return []
    const text = new RegExp(`"${name}":([^,}]*)`).exec(json)?.[1] ?? ''
    if (!/^-?\d+$/.test(text)) return [`${name} is ${text}, no integer`]
    return value < range[0] || value > range[1] ? [`${name} is ${text}, not a ${type}`] : []
  })
}

const wild = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -1, 0.4, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY),
  fc.nat(),
)
const NUMBERS = [
  ...['latencyMs', 'connectedAtMs', 'sampledAtMs', 'lastDataAtMs', 'rttMs', 'bufferMs', 'rateKbps'],
  ...['bandwidthMbps', 'bytes', 'packets', 'wireBytes', 'packetsLost', 'bytesLost', 'packetsDropped'],
  ...['bytesDropped', 'packetsRetransmitted', 'ringOverruns', 'ringBacklogBytes'],
]
const sample = fc
  .record(Object.fromEntries(NUMBERS.map(name => [name, wild])))
  .map(
    numbers =>
      ({ connectionId: 1, streamKey: 's', role: 'publish', ...numbers }) as unknown as ConnectionStats,
  )

it('parses whatever the engine says, as each of the three kinds of server', () => {
  fc.assert(
    fc.property(sample, fc.option(sample, { nil: undefined }), wild, (now, baseline, nowMs) => {
      const view = { sample: now, baseline, nowMs }
      const modern = JSON.stringify(modernStats(view))
      const old = JSON.stringify(legacyStats(view))
      expect(violations(OPENIRL, modern)).toEqual([])
      expect(violations(SRT_LIVE_SERVER, old)).toEqual([])
      expect(violations(BELABOX, old)).toEqual([])
      for (const value of Object.values({ ...modernStats(view), ...legacyStats(view) })) {
        expect(value).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 2000 },
  )
}, 60_000)

it('would notice', () => {
  expect(violations({ a: 'u16', b: 'i32', c: 'f64' }, '{"a":65536,"b":1.5}')).toEqual([
    'a is 65536, not a u16',
    'b is 1.5, no integer',
    'c is undefined',
  ])
})
