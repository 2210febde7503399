import { describe, expect, it } from 'vitest'
import type { ConnectionStats, EngineEvent } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { Directory } from '../../../src/streams/directory.ts'
import { TestClock } from '../../support/build.ts'
import { identity, sample } from './samples.ts'

const base = { seq: 1, atMs: 0 }
const GONE = (connectionId: number): EngineEvent => ({
  ...base,
  type: 'disconnected',
  connectionId,
  reason: 'peer',
  durationMs: 1,
  bytes: 1,
})

function build(connections: ConnectionStats[]) {
  const clock = new TestClock()
  const engine = {
    calls: 0,
    connections,
    snapshot() {
      engine.calls += 1
      return { lastSeq: 0, routesVersion: 1, connections: engine.connections }
    },
  }
  return { clock, engine, directory: new Directory(engine, clock) }
}

describe('Directory', () => {
  it('finds publishers by stream, and counts', () => {
    const player = sample({ connectionId: 2, role: 'play', streamId: 'live_1' })
    const { directory } = build([player, sample()])
    expect(directory.publisher('studio_1')?.connectionId).toBe(1)
    expect(directory.publisher('live_1')).toBeUndefined()
    expect(directory.connections().length).toBe(2)
    expect(directory.counts()).toEqual({ publishers: 1, players: 1 })
  })

  it('asks the engine once in a quarter second, however many read', () => {
    const { directory, engine, clock } = build([sample()])
    for (let i = 0; i < 1000; i++) directory.publisher('studio_1')
    expect(engine.calls).toBe(1)
    clock.advance(249)
    directory.counts()
    expect(engine.calls).toBe(1)
    clock.advance(1)
    directory.publisher('studio_1')
    expect(engine.calls).toBe(2)
  })

  it('asks again after events that change what is live, and only then', () => {
    const { directory, engine } = build([sample()])
    directory.counts()
    directory.onEvents([{ ...base, type: 'log', level: 'warn', area: 'a', text: 't', count: 1 }])
    directory.counts()
    expect(engine.calls).toBe(1)
    const changes: EngineEvent[] = [
      { ...base, type: 'connected', ...identity() },
      GONE(9),
      { ...base, type: 'resync' },
    ]
    for (const [index, event] of changes.entries()) {
      directory.onEvents([event])
      directory.counts()
      expect(engine.calls).toBe(index + 2)
    }
  })

  it('does not show what has gone, while the last sample still has it', () => {
    const { directory, engine, clock } = build([sample(), sample({ connectionId: 2, streamKey: 'b' })])
    directory.onEvents([GONE(1)])
    for (let i = 0; i < 3; i++) {
      expect(directory.publisher('studio_1')).toBeUndefined()
      expect(directory.counts()).toEqual({ publishers: 1, players: 0 })
      clock.advance(250)
    }
    engine.connections = [sample({ connectionId: 3 })]
    clock.advance(250)
    expect(directory.publisher('studio_1')?.connectionId).toBe(3)
  })

  it('shows who has come, before the sample does, and not for ever', () => {
    const { directory, engine, clock } = build([])
    const connected: EngineEvent = { seq: 1, atMs: 5000, type: 'connected', ...identity() }
    directory.onEvents([connected])
    for (let i = 0; i < 2; i++) {
      expect(directory.publisher('studio_1')).toMatchObject({
        ...identity(),
        connectedAtMs: 5000,
        rateKbps: 0,
        bytes: 0,
      })
      expect(directory.counts()).toEqual({ publishers: 1, players: 0 })
      clock.advance(250)
    }
    engine.connections = [sample()]
    clock.advance(250)
    expect(directory.connections()).toEqual([sample()])
    engine.connections = []
    clock.advance(250)
    expect(directory.connections()).toEqual([])
    directory.onEvents([connected, GONE(1)])
    expect(directory.connections()).toEqual([])
    directory.onEvents([connected, { ...base, type: 'resync' }])
    expect(directory.connections()).toEqual([])
  })

  it('shows the newcomer of a takeover', () => {
    const { directory } = build([sample({ connectionId: 5 }), sample({ connectionId: 4 })])
    expect(directory.publisher('studio_1')?.connectionId).toBe(5)
  })

  it('remembers no more of the gone than it has to, though nobody reads', () => {
    const { directory, engine } = build([sample(), sample({ connectionId: 2, streamKey: 'b' })])
    directory.onEvents([GONE(1)])
    // Never in a sample.
    for (let id = 3; id < 100_000; id++) directory.onEvents([GONE(id)])
    expect(engine.calls).toBeGreaterThan(0)
    expect(engine.calls).toBeLessThan(20)
    expect(directory.connections().map(({ connectionId }) => connectionId)).toEqual([2])
  })

  it('takes the farewells of many that end with the engine', () => {
    const { directory, engine } = build([])
    engine.snapshot = () => {
      throw new AppError('ENGINE_STOPPED', 'stopped')
    }
    const all = Array.from({ length: 30_000 }, (_, index) => GONE(index + 1))
    expect(() => directory.onEvents(all)).not.toThrow()
  })

  it('passes on that the engine has stopped', () => {
    const { directory, engine } = build([])
    engine.snapshot = () => {
      throw new Error('stopped')
    }
    expect(() => directory.publisher('x')).toThrow('stopped')
  })
})
