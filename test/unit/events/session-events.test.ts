import { describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../../src/engine/contract.ts'
import { SessionEvents } from '../../../src/events/session-events.ts'
import { TestClock } from '../../support/memory.ts'
import {
  connected,
  disconnected,
  identity,
  MemorySink,
  NOW_MS,
  player,
  playersOf,
  resync,
  stats,
} from './samples.ts'

function build(players: (streamKey: string) => readonly string[] = playersOf) {
  const [sink, clock] = [new MemorySink(), new TestClock()]
  const sessions = new SessionEvents({ sink, clock, playersOf: players, encryptionOf: () => 'none' })
  const checks = (count: number, connections: readonly ConnectionStats[]) => {
    for (let i = 0; i < count; i++) {
      clock.advance(1000)
      sessions.check(connections)
    }
  }
  return { sink, clock, sessions, checks }
}

describe('sessions as events', () => {
  it('tells the beginning and the end of publishers and players, without the stream ID of the publisher', () => {
    const { sink, sessions } = build()
    for (const event of [connected(identity(1)), connected(player(2)), disconnected(2), disconnected(1)])
      sessions.onEvent(event)
    const peer = { address: '203.0.113.7', srt_version: '1.5.3', encryption: 'none' }
    const common = { atMs: NOW_MS, players: ['live_1', 'live_2'] }
    const end = { reason: 'peer', duration_s: 61, bytes: 1000 }
    expect(sink.events).toEqual([
      {
        ...{ ...common, type: 'publish', player: null, sessionId: 1 },
        data: { publisher: 'stud…', ...peer, latency_ms: 1000 },
      },
      {
        ...{ ...common, type: 'play', player: 'live_1', sessionId: 2 },
        data: { ...peer, address: '198.51.100.4', latency_ms: 1000 },
      },
      {
        ...{ ...common, type: 'stop', player: 'live_1', sessionId: 2 },
        data: { ...peer, address: '198.51.100.4', ...end },
      },
      {
        ...{ ...common, type: 'unpublish', player: null, sessionId: 1 },
        data: { publisher: 'stud…', ...peer, ...end },
      },
    ])
    expect(JSON.stringify(sink.events)).not.toContain('studio_1')
  })

  it('tells the end of a stream that was removed to those who knew its beginning', () => {
    let isThere = true
    const { sink, sessions } = build(key => (isThere ? playersOf(key) : []))
    sessions.onEvent(connected(identity(1)))
    isThere = false
    sessions.onEvent(disconnected(1, { reason: 'kicked' }))
    expect(sink.events[1]).toMatchObject({ type: 'unpublish', players: ['live_1', 'live_2'] })
  })

  it('leaves out whoever was parked and never let in', () => {
    const { sink, sessions } = build()
    sessions.onEvent({ ...connected(identity(1)), type: 'approval-wanted' } as Parameters<
      typeof sessions.onEvent
    >[0])
    sessions.onEvent(disconnected(1, { reason: 'refused' }))
    expect(sink.told).toEqual([])
  })
})

describe('a takeover', () => {
  it('ends the old publisher before the new one begins, in whatever order the engine tells it', () => {
    const { sink, sessions } = build()
    sessions.onEvent(connected(identity(1)))
    sessions.onEvent(connected(identity(2)))
    expect(sessions.isOnAir(1)).toBe(true)
    expect(sessions.isOnAir(2)).toBe(false)
    expect(sink.told).toEqual(['publish 1'])
    sessions.onEvent(disconnected(1, { reason: 'replaced' }))
    expect(sink.told).toEqual(['publish 1', 'unpublish 1', 'publish 2'])
    expect(sessions.isOnAir(2)).toBe(true)
    sessions.onEvent(connected(identity(3)))
    sessions.onEvent(disconnected(2))
    sessions.onEvent(disconnected(3))
    expect(sink.told.slice(3)).toEqual(['unpublish 2', 'publish 3', 'unpublish 3'])
  })

  it('that comes to nothing is not told', () => {
    const { sink, sessions } = build()
    sessions.onEvent(connected(identity(1)))
    sessions.onEvent(connected(identity(2)))
    sessions.onEvent(disconnected(2))
    expect(sink.told).toEqual(['publish 1'])
    expect(sessions.isOnAir(1)).toBe(true)
  })

  it('of one stream says nothing of another', () => {
    const { sink, sessions } = build()
    sessions.onEvent(connected(identity(1)))
    sessions.onEvent(connected(identity(2, { streamId: 'studio_2', streamKey: 'studio_2' })))
    expect(sink.told).toEqual(['publish 1', 'publish 2'])
  })
})

describe('after events were lost', () => {
  it('tells each end and each beginning that is missing, once', () => {
    const { sink, sessions, checks } = build()
    for (const who of [identity(1), player(2), player(3)]) sessions.onEvent(connected(who))
    const publisher = stats(identity(1), { bytes: 5000 })
    const gone = stats(player(2), { bytes: 700 })
    checks(1, [publisher, gone, stats(player(3))])
    // The end of 2 and the beginning of 4 are lost.
    sessions.onEvent(resync())
    checks(5, [publisher, stats(player(3)), stats(player(4, 'live_2'))])
    expect(sink.told).toEqual(['publish 1', 'play 2', 'play 3', 'stop 2', 'play 4'])
    expect(sink.events[3]?.data).toMatchObject({ reason: 'unknown', bytes: 700, duration_s: 3 })
    // What comes after all changes nothing.
    sessions.onEvent(disconnected(2))
    sessions.onEvent(connected(player(4, 'live_2')))
    expect(sink.told).toHaveLength(5)
    sessions.onEvent(disconnected(4))
    expect(sink.told.at(-1)).toBe('stop 4')
  })

  it('gives events and samples that are still on their way the time to come', () => {
    const { sink, sessions, checks } = build()
    sessions.onEvent(connected(identity(1)))
    sessions.onEvent(resync())
    // A sample that is older than the connection, and one with a connection whose event comes late.
    checks(1, [stats(player(2))])
    sessions.onEvent(connected(player(2)))
    checks(4, [stats(identity(1)), stats(player(2))])
    expect(sink.told).toEqual(['publish 1', 'play 2'])
    sessions.onEvent(disconnected(1, { reason: 'idle' }))
    expect(sink.events.at(-1)?.data).toMatchObject({ reason: 'idle' })
  })

  it('finds the successor of a publisher whose end was lost', () => {
    const { sink, sessions, checks } = build()
    sessions.onEvent(connected(identity(1)))
    sessions.onEvent(resync())
    checks(5, [stats(identity(2))])
    expect(sink.told).toEqual(['publish 1', 'unpublish 1', 'publish 2'])
  })

  it('and only then the live state is compared', () => {
    const { sink, sessions, checks } = build()
    sessions.onEvent(connected(identity(1)))
    checks(10, [stats(player(9))])
    expect(sink.told).toEqual(['publish 1'])
  })
})
