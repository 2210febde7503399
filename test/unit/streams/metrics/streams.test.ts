import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../../../src/engine/contract.ts'
import { sample } from '../samples.ts'
import { buildMetrics, player, type Scrape } from './build.ts'

const received = '{stream="live_1"}'
const RECEIVED = `sls_stream_received_bytes_total${received}`
const SENT = 'sls_player_sent_bytes_total{stream="live_1",player="live_1"}'
const label = (name: string) => (family: string) => `${family}{${name}}`

describe('series of streams', () => {
  const of = label('stream="live_1"')

  it('has base units, and the first player’s name in place of the publisher’s', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [sample({ rttMs: 55.4 }), sample({ connectionId: 2, ...player() })]
    const { value, text } = await scrape()
    const expected = {
      sls_stream_up: 1,
      sls_stream_players: 1,
      sls_stream_rate_bytes_per_second: 98_750,
      sls_stream_rtt_seconds: 0.0554,
      sls_stream_latency_seconds: 1,
      sls_stream_buffer_seconds: 0.956,
      sls_stream_uptime_seconds: 4,
      sls_stream_bandwidth_bytes_per_second: 1_614_050,
      sls_stream_received_bytes_total: 400_000,
      sls_stream_received_packets_total: 304,
      sls_stream_lost_packets_total: 5,
      sls_stream_dropped_packets_total: 3,
      sls_stream_retransmitted_packets_total: 2,
      sls_stream_belated_packets_total: 1,
      sls_stream_undecrypted_packets_total: 0,
    }
    for (const [name, number] of Object.entries(expected))
      expect([name, value(of(name))]).toEqual([name, number])
    expect(value('sls_publishers')).toBe(1)
    expect(value('sls_players')).toBe(1)
    expect(value('sls_relay_received_bytes_total')).toBe(400_000)
    expect(value('sls_relay_sent_bytes_total')).toBe(400_000)
    expect(text).not.toContain('studio')
  })

  it('stays after the publisher has gone, without what only a live one has', async () => {
    const { world, scrape, connect, disconnect } = buildMetrics()
    connect()
    world.live = [sample()]
    await scrape()
    world.live = []
    disconnect(1, 410_000)
    const { value } = await scrape()
    expect(value(of('sls_stream_up'))).toBe(0)
    expect(value(of('sls_stream_rate_bytes_per_second'))).toBe(0)
    expect(value(of('sls_stream_rtt_seconds'))).toBeUndefined()
    expect(value(RECEIVED)).toBe(410_000)
  })

  it('has no rate in silence', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [sample({ lastDataAtMs: 998_000 })]
    expect((await scrape()).value(of('sls_stream_rate_bytes_per_second'))).toBe(0)
  })

  it('shows the newcomer of a takeover and counts both', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [
      sample({ connectionId: 5, rttMs: 5, bytes: 10 }),
      sample({ connectionId: 4, rttMs: 4, bytes: 100 }),
    ]
    const { value } = await scrape()
    expect(value(of('sls_stream_rtt_seconds'))).toBe(0.005)
    expect(value(RECEIVED)).toBe(110)
  })

  it('hides a stream whose route has gone, and goes on counting if it comes back soon', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [sample()]
    await scrape()
    world.live = []
    world.removed.add('studio_1')
    world.ms += 599_999
    expect((await scrape()).value(RECEIVED)).toBeUndefined()
    world.removed.clear()
    expect((await scrape()).value(RECEIVED)).toBe(400_000)
    world.removed.add('studio_1')
    world.ms += 1
    await scrape()
    world.removed.clear()
    expect((await scrape()).value(RECEIVED)).toBeUndefined()
  })

  it('escapes what a stream ID may hold', async () => {
    const { world, scrape } = buildMetrics({ playersOf: () => ['a"b\\c\nd'] })
    world.live = [sample()]
    expect((await scrape()).value('sls_stream_up{stream="a\\"b\\\\c\\nd"}')).toBe(1)
  })
})

describe('series of players', () => {
  it('adds up all sessions of one player stream ID', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [
      sample({ connectionId: 2, ...player({ bytes: 10, ringBacklogBytes: 7, ringOverruns: 1 }) }),
      sample({ connectionId: 3, ...player({ bytes: 20, ringBacklogBytes: 8, ringOverruns: 2 }) }),
      sample({ connectionId: 4, ...player({ streamId: 'more_1' }) }),
    ]
    const { value } = await scrape()
    const of = label('stream="live_1",player="live_1"')
    const more = label('stream="live_1",player="more_1"')
    expect(value(SENT)).toBe(30)
    expect(value(of('sls_player_sessions'))).toBe(2)
    expect(value(of('sls_player_sessions_limit'))).toBeUndefined()
    expect(value(of('sls_player_backlog_bytes'))).toBe(15)
    expect(value(of('sls_player_ring_overruns_total'))).toBe(3)
    expect(value(of('sls_player_sent_packets_total'))).toBe(608)
    expect(value(of('sls_player_lost_packets_total'))).toBe(10)
    expect(value(of('sls_player_dropped_packets_total'))).toBe(6)
    expect(value(of('sls_player_retransmitted_packets_total'))).toBe(4)
    expect(value(more('sls_player_sessions'))).toBe(1)
    expect(value(more('sls_player_sessions_limit'))).toBe(5)
    expect(value('sls_stream_players{stream="live_1"}')).toBe(3)
    expect(value('sls_stream_up{stream="live_1"}')).toBe(0)
  })
})

describe('counters of sessions', () => {
  it('counts a session that no scrape has seen', async () => {
    const { connect, disconnect, scrape } = buildMetrics()
    connect({ connectionId: 1 })
    disconnect(1, 777)
    const { value } = await scrape()
    expect(value(RECEIVED)).toBe(777)
    expect(value('sls_relay_received_bytes_total')).toBe(777)
  })

  it('counts once what a scrape saw before its event came', async () => {
    const { world, connect, scrape } = buildMetrics()
    world.live = [sample({ bytes: 100 })]
    await scrape()
    connect({ connectionId: 1 })
    expect((await scrape()).value(RECEIVED)).toBe(100)
  })

  it('forgets a session whose end was lost, but not at once', async () => {
    const { world, connect, scrape, disconnect } = buildMetrics()
    const lost = 'sls_sessions_ended_total{role="publisher",reason="unknown"}'
    connect({ connectionId: 1 })
    world.live = [sample({ bytes: 100 })]
    await scrape()
    world.live = []
    await scrape()
    world.ms += 1999
    expect((await scrape()).value(lost)).toBe(0)
    // It was only missing from one sample.
    world.live = [sample({ bytes: 150 })]
    await scrape()
    world.live = []
    await scrape()
    world.ms += 2000
    expect((await scrape()).value(lost)).toBe(1)
    disconnect(1, 1000)
    expect((await scrape()).value(RECEIVED)).toBe(150)
  })

  it('never falls, whatever comes and goes, and is exact in bytes', async () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 5 }),
      act: fc.constantFrom('connect', 'feed', 'end', 'scrape', 'wait'),
      bytes: fc.nat(10_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const { world, connect, disconnect, scrape } = buildMetrics()
        const live = new Map<number, ConnectionStats>()
        const sums = { publish: 0, play: 0 }
        let nextId = 1
        let before: Scrape | undefined
        for (const { id, act, bytes } of steps) {
          const known = live.get(id)
          if (act === 'connect' && known === undefined) {
            const changes = { ...(id % 2 === 0 ? {} : player()), connectionId: nextId++ }
            connect(changes)
            live.set(id, sample({ ...changes, bytes: 0 }))
          } else if (act === 'feed' && known !== undefined) {
            live.set(id, { ...known, bytes: known.bytes + bytes })
            sums[known.role] += bytes
          } else if (act === 'end' && known !== undefined) {
            live.delete(id)
            disconnect(known.connectionId, known.bytes)
          } else if (act === 'wait') world.ms += bytes
          world.live = [...live.values()]
          if (act !== 'scrape') continue
          const now = await scrape()
          for (const [name, value] of before?.series ?? [])
            if (name.startsWith('sls_') && /_total\b/.test(name))
              expect(now.value(name)).toBeGreaterThanOrEqual(value)
          before = now
        }
        const { value } = await scrape()
        expect(value('sls_relay_received_bytes_total')).toBe(sums.publish)
        expect(value('sls_relay_sent_bytes_total')).toBe(sums.play)
        expect(value(RECEIVED) ?? 0).toBe(sums.publish)
        expect(value(SENT) ?? 0).toBe(sums.play)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the bound on series', () => {
  const stream = (n: number) =>
    sample({ connectionId: n, streamId: `studio_${n}`, streamKey: `studio_${n}`, bytes: 100 * n })
  const names = ({ series }: Scrape) =>
    [...series.keys()].filter(name => name.startsWith('sls_stream_up{')).map(name => name.slice(22, -2))

  it('leaves out what is too many, and says how many', async () => {
    const { world, scrape } = buildMetrics({ maxSeries: 2 })
    world.live = [1, 2, 3, 4].map(stream)
    const first = await scrape()
    expect(names(first)).toEqual(['live_1', 'live_2'])
    expect(first.value('sls_metrics_streams_omitted')).toBe(2)
    expect(first.value('sls_relay_received_bytes_total')).toBe(1000)
    expect((await scrape()).value('sls_metrics_streams_omitted')).toBe(2)
  })

  it('gives the room of whoever went first to those who are live', async () => {
    const { world, scrape } = buildMetrics({ maxSeries: 2 })
    world.live = [1, 2].map(stream)
    await scrape()
    world.ms += 10
    world.live = [2].map(stream)
    await scrape()
    world.ms += 10
    world.live = [3].map(stream)
    expect((await scrape()).value('sls_metrics_streams_omitted')).toBe(1)
    const second = await scrape()
    expect(second.value('sls_metrics_streams_omitted')).toBe(0)
    expect(names(second)).toEqual(['live_2', 'live_3'])
  })

  it('holds for players too', async () => {
    const { world, scrape } = buildMetrics({ maxSeries: 1 })
    world.live = ['live_1', 'more_1'].map((streamId, i) =>
      sample({ connectionId: i + 1, ...player({ streamId, bytes: 10 }) }),
    )
    const { value, text } = await scrape()
    expect(value('sls_metrics_players_omitted')).toBe(1)
    expect(value('sls_relay_sent_bytes_total')).toBe(20)
    expect(text).not.toContain('more_1')
  })
})
