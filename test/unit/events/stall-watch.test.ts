import { describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../../src/engine/contract.ts'
import { StallWatch } from '../../../src/events/stall-watch.ts'
import { TestClock } from '../../support/memory.ts'
import { identity, MemorySink, NOW_MS, playersOf, stats } from './samples.ts'

function build() {
  const [sink, clock] = [new MemorySink(), new TestClock()]
  const settings = { stallAfterS: 5 }
  const watch = new StallWatch({ sink, clock, playersOf, stallAfterS: () => settings.stallAfterS })
  let bytes = 0
  let lastDataAtMs = 0
  /** So many seconds, each with a look at the publisher. */
  const pass = (seconds: number, isFlowing: boolean, changes: Partial<ConnectionStats> = {}) => {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1000)
      if (isFlowing) {
        bytes += 1000
        lastDataAtMs = clock.nowMs()
      }
      watch.check([stats(identity(1), { bytes, lastDataAtMs, sampledAtMs: clock.nowMs(), ...changes })])
    }
  }
  return { sink, clock, watch, settings, pass }
}

describe('a publisher that sends nothing', () => {
  it('is told of once as stalled, and once as recovered', () => {
    const { sink, pass } = build()
    pass(3, true)
    pass(4, false)
    expect(sink.told).toEqual([])
    pass(1, false)
    expect(sink.told).toEqual(['stalled 1'])
    pass(36, false)
    pass(1, true)
    pass(10, true)
    expect(sink.told).toEqual(['stalled 1', 'recovered 1'])
    expect(sink.events.map(({ data }) => data)).toEqual([
      { publisher: 'stud…', silent_s: 5 },
      { publisher: 'stud…', silent_s: 42 },
    ])
    expect(sink.events[0]).toMatchObject({ player: null, players: ['live_1', 'live_2'], sessionId: 1 })
    pass(6, false)
    expect(sink.told).toEqual(['stalled 1', 'recovered 1', 'stalled 1'])
  })

  it('is told of also when it has never sent anything', () => {
    const { sink, pass } = build()
    pass(4, false)
    expect(sink.told).toEqual([])
    pass(2, false)
    expect(sink.told).toEqual(['stalled 1'])
    expect(sink.events[0]?.data).toMatchObject({ silent_s: 5 })
  })

  it('is not one whose clock is set', () => {
    const { sink, clock, pass } = build()
    pass(2, true)
    clock.setWallClock(NOW_MS + 86_400_000)
    pass(3, true)
    clock.setWallClock(NOW_MS - 86_400_000)
    pass(3, true)
    expect(sink.told).toEqual([])
  })

  it('is forgotten when it goes, and another one begins anew', () => {
    const { sink, clock, watch, pass } = build()
    pass(10, false)
    watch.check([])
    pass(1, true)
    expect(sink.told).toEqual(['stalled 1'])
    clock.advance(60_000)
    watch.check([stats(identity(2), { connectedAtMs: clock.nowMs(), sampledAtMs: clock.nowMs() })])
    expect(sink.told).toEqual(['stalled 1'])
  })

  it('has as long as the configuration says at the moment', () => {
    const { sink, settings, pass } = build()
    settings.stallAfterS = 60
    pass(59, false)
    expect(sink.told).toEqual([])
    settings.stallAfterS = 5
    pass(1, false)
    expect(sink.told).toEqual(['stalled 1'])
  })
})
