import { describe, expect, it } from 'vitest'
import { baselineOf, legacyStats, modernStats } from '../../../src/streams/stats.ts'
import { sample } from './samples.ts'

const NOW_MS = 1_000_000
const modern = (changes = {}, nowMs = NOW_MS) =>
  modernStats({ sample: sample(changes), baseline: undefined, nowMs })

describe('the numbers of /stats', () => {
  it('rounds to the types clients parse', () => {
    expect(modern()).toEqual({
      bitrate: 790,
      buffer: 956,
      dropped_pkts: 3,
      latency: 1000,
      rtt: 0.055,
      uptime: 4,
    })
  })

  it.each([
    [1499, 790],
    [1500, 0],
    [60_000, 0],
    [-5000, 790],
  ])('has a bitrate after %d ms of silence: %d', (silenceMs, bitrate) => {
    expect(modern({ lastDataAtMs: NOW_MS - silenceMs }).bitrate).toBe(bitrate)
  })

  it('has no bitrate before the first packet', () => {
    expect(modern({ lastDataAtMs: 0 }).bitrate).toBe(0)
  })

  it('clamps the latency and never goes below zero', () => {
    expect(modern({ latencyMs: 70_000 }).latency).toBe(65_535)
    const wild = { bufferMs: -1, packetsDropped: -4, rttMs: -0.1, rateKbps: -5, connectedAtMs: NOW_MS + 1 }
    expect(modern(wild)).toMatchObject({ bitrate: 0, buffer: 0, dropped_pkts: 0, rtt: 0, uptime: 0 })
  })

  it('counts since the baseline, and the rate over the time since then', () => {
    const baseline = baselineOf(sample())
    const later = sample({
      sampledAtMs: 1_002_000,
      wireBytes: 664_500,
      packetsLost: 6,
      bytesLost: 7896,
      packetsDropped: 3,
      bytesDropped: 3950,
    })
    expect(legacyStats({ sample: later, baseline, nowMs: 1_002_000 })).toMatchObject({
      bytesRcvDrop: 2,
      bytesRcvLoss: 1316,
      mbpsRecvRate: 1,
      pktRcvDrop: 0,
      pktRcvLoss: 1,
    })
    const atOnce = legacyStats({ sample: sample(), baseline, nowMs: NOW_MS })
    expect(atOnce.mbpsRecvRate).toBe(0)
  })

  it('has each legacy number under both spellings', () => {
    const legacy = legacyStats({ sample: sample(), baseline: undefined, nowMs: NOW_MS })
    const snake = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    const camel = Object.entries(legacy).filter(([name]) => /[A-Z]/.test(name))
    expect(camel.length).toBe(7)
    for (const [name, value] of camel) expect(legacy).toHaveProperty(snake(name), value)
  })
})
