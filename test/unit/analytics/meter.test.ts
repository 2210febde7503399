import { describe, expect, it } from 'vitest'
import { Meter } from '../../../src/analytics/meter.ts'
import { TestClock } from '../../support/build.ts'
import { Traffic } from './world.ts'

function build() {
  const clock = new TestClock()
  const traffic = new Traffic(clock)
  const meter = new Meter(clock.monotonicMs())
  const tell = () => meter.onEvents(traffic.waiting.splice(0), clock.monotonicMs())
  const take = () => {
    tell()
    return meter.take(traffic.connections(), clock.monotonicMs(), clock.nowMs())
  }
  return { clock, traffic, meter, tell, take }
}

describe('the meter', () => {
  it('tells what a publisher did since the last pass, and not since its connect', () => {
    const { traffic, take, tell } = build()
    traffic.connect('cam')
    tell()
    traffic.run(10_000, () => ({ bytes: 500_000, packets: 400, packetsLost: 20, packetsDropped: 0 }))
    expect(take().streams).toMatchObject([
      { streamKey: 'cam', liveS: 10, rateKbps: 4000, lossPercent: 5, rttMs: 40, bytesIn: 5_000_000 },
    ])
    traffic.run(10_000, () => ({ bytes: 250_000, packets: 200, packetsLost: 0 }))
    expect(take().streams).toMatchObject([{ liveS: 10, rateKbps: 2000, lossPercent: 0, bytesIn: 2_500_000 }])
    traffic.run(10_000, () => ({}))
    expect(take().streams).toMatchObject([{ liveS: 10, rateKbps: 0, bytesIn: 0 }])
  })

  it('counts the bytes and the time of who came and went between two passes', () => {
    const { traffic, take, tell } = build()
    traffic.run(2000)
    const first = traffic.connect('cam')
    const viewer = traffic.play('cam', 'view')
    tell()
    traffic.run(3000)
    traffic.disconnect(viewer, 3000)
    traffic.disconnect(first, 3000)
    tell()
    traffic.run(5000)
    expect(take()).toMatchObject({
      streams: [{ liveS: 3, rateKbps: 4000, bytesIn: 1_500_000, bytesOut: 1_500_000, players: 0 }],
      total: { liveS: 3, rateKbps: 4000 },
    })
    traffic.run(10_000)
    expect(take().streams).toEqual([])
  })

  it('adds a publisher that returned to the one that went', () => {
    const { traffic, take, tell } = build()
    const first = traffic.connect('cam', { rttMs: 70 })
    tell()
    traffic.run(10_000)
    take()
    traffic.run(4000)
    traffic.disconnect(first, 14_000)
    tell()
    traffic.run(2000)
    traffic.connect('cam', { rttMs: 20 })
    tell()
    traffic.run(4000)
    expect(take().streams).toMatchObject([{ liveS: 8, rateKbps: 4000, rttMs: 20, bytesIn: 4_000_000 }])
  })

  it('makes no more time of a takeover than there was', () => {
    const { traffic, take, tell } = build()
    traffic.connect('cam')
    traffic.connect('cam')
    tell()
    traffic.run(10_000)
    expect(take().streams[0]?.liveS).toBe(11)
  })

  it('counts players, and what they were sent since the last pass', () => {
    const { traffic, take, tell } = build()
    traffic.connect('cam')
    traffic.play('cam', 'a')
    traffic.play('cam', 'b')
    traffic.play('other', 'c')
    tell()
    traffic.run(10_000)
    expect(take().streams).toMatchObject([{ streamKey: 'cam', players: 2, bytesOut: 10_000_000 }])
    traffic.run(10_000)
    expect(take().streams).toMatchObject([{ players: 2, bytesOut: 10_000_000 }])
  })

  it('leaves a publisher of less than a second to the next pass', () => {
    const { traffic, take, tell } = build()
    traffic.run(9500)
    traffic.connect('cam')
    tell()
    traffic.run(500)
    expect(take().streams).toEqual([])
    traffic.run(10_000)
    expect(take().streams).toMatchObject([{ liveS: 10.5, rateKbps: 4000, bytesIn: 5_250_000 }])
  })

  it('takes rates from the times of the counters, and from its own clock when one of them was set', () => {
    const { clock, traffic, take, tell } = build()
    traffic.connect('cam')
    tell()
    traffic.run(10_000)
    // The engine's sample is half a second old.
    const [connection] = traffic.live.values()
    if (connection === undefined) throw new Error('nobody is live')
    Object.assign(connection, {
      sampledAtMs: connection.sampledAtMs - 500,
      bytes: connection.bytes - 250_000,
    })
    expect(take().streams).toMatchObject([{ liveS: 10, rateKbps: 4000, bytesIn: 4_750_000 }])
    for (const hours of [1, -1]) {
      clock.setWallClock(clock.nowMs() + hours * 3_600_000)
      connection.sampledAtMs += hours * 3_600_000
      traffic.run(10_000)
      expect(take().streams).toMatchObject([{ liveS: 10, rateKbps: 4000 }])
    }
  })

  it('begins with what is there, if it comes later: nothing of before counts', () => {
    const { clock, traffic } = build()
    traffic.connect('cam')
    traffic.run(60_000)
    const meter = new Meter(clock.monotonicMs())
    const take = () => meter.take(traffic.connections(), clock.monotonicMs(), clock.nowMs())
    expect(take().streams).toEqual([])
    traffic.run(10_000)
    expect(take().streams).toMatchObject([{ liveS: 10, rateKbps: 4000, bytesIn: 5_000_000 }])
  })

  it('finds who came while events were lost, and forgets who went', () => {
    const { traffic, take, meter, clock } = build()
    traffic.run(4000)
    traffic.connect('cam')
    traffic.waiting.splice(0)
    traffic.run(6000)
    expect(take().streams).toMatchObject([{ liveS: 6, rateKbps: 4000 }])
    traffic.live.clear()
    for (let pass = 0; pass < 3; pass++) {
      traffic.run(10_000)
      expect(take().streams).toEqual([])
    }
    const late = {
      seq: 9,
      atMs: clock.nowMs(),
      connectionId: 1,
      reason: 'peer',
      durationMs: 1,
      bytes: 1e9,
    } as const
    meter.onEvents([{ type: 'disconnected', ...late }], clock.monotonicMs())
    expect(take().streams).toEqual([])
  })

  it('adds all streams up: rates, players and bytes as sums, the rest as means', () => {
    const { traffic, take, tell } = build()
    traffic.connect('a', { rttMs: 20, bufferMs: 100 })
    traffic.connect('b', { rttMs: 60, bufferMs: 300 })
    traffic.play('a', 'x')
    tell()
    traffic.run(10_000)
    expect(take().total).toEqual({
      liveS: 10,
      rateKbps: 8000,
      ...{ rttMs: 40, rttMaxMs: 60, lossPercent: 0, lossMaxPercent: 0, bufferMs: 200 },
      ...{ players: 1, bytesIn: 10_000_000, bytesOut: 5_000_000 },
    })
  })
})
