import { describe, expect, it } from 'vitest'
import { RefusalEvents } from '../../../src/events/refusal-events.ts'
import { roleByName } from '../../../src/streams/listener-role.ts'
import { refusalSentence } from '../../../src/streams/refusal-sentences.ts'
import { TestClock } from '../../support/memory.ts'
import { MemorySink, PLAYERS, playersOf, refused } from './samples.ts'

function build() {
  const [sink, clock] = [new MemorySink(), new TestClock()]
  const refusals = new RefusalEvents({
    ...{ sink, clock, playersOf, roleOf: roleByName, sentenceOf: refusalSentence },
    streamOf: player => Object.keys(PLAYERS).find(key => PLAYERS[key]?.includes(player)),
  })
  return { sink, clock, refusals }
}

describe('refusals as events', () => {
  it('say who, why and what to do, and hide the stream ID', () => {
    const { sink, refusals } = build()
    refusals.onEvent(refused({ count: 3 }))
    expect(sink.events).toEqual([
      {
        ...{ atMs: Date.UTC(2026, 0, 31, 12), type: 'refused', player: null, players: [], sessionId: null },
        data: {
          role: 'player',
          stream_id: 'live…',
          address: '198.51.100.9',
          code: 'unknown-stream-id',
          srt_code: 1401,
          reason: expect.stringContaining('Nobody knows this stream ID'),
          count: 3,
        },
      },
    ])
  })

  it.each([
    ['a player', { lastStreamId: 'live_1', reason: 'player-limit' }, 'live_1'],
    ['a publisher', { listener: 'publish:4001', lastStreamId: 'studio_1', reason: 'bad-passphrase' }, null],
    [
      'a publisher’s stream ID at the port of players',
      { lastStreamId: 'studio_1', reason: 'forbidden' },
      null,
    ],
  ] as const)('of %s that exists belong to its stream', (_, changes, player) => {
    const { sink, refusals } = build()
    refusals.onEvent(refused(changes))
    expect(sink.events[0]).toMatchObject({ player, players: ['live_1', 'live_2'] })
    expect(JSON.stringify(sink.events)).not.toContain('studio_1')
  })

  it('of a flood are at most 20 a second, and the rest a sum for each reason', () => {
    const { sink, clock, refusals } = build()
    for (let i = 0; i < 1000; i++) {
      refusals.onEvent(refused({ lastStreamId: `guess_${i}`, count: 2 }))
      refusals.onEvent(refused({ reason: 'malformed', lastStreamId: '' }))
    }
    expect(sink.events).toHaveLength(20)
    refusals.check()
    expect(sink.events).toHaveLength(20)
    clock.advance(1000)
    refusals.check()
    expect(sink.events.slice(20).map(({ data }) => [data['code'], data['count'], data['address']])).toEqual([
      ['unknown-stream-id', 1980, null],
      ['malformed', 990, null],
    ])
    clock.advance(1000)
    refusals.check()
    refusals.onEvent(refused())
    expect(sink.events).toHaveLength(23)
  })

  it('sums up what is left at the end', () => {
    const { sink, refusals } = build()
    for (let i = 0; i < 25; i++) refusals.onEvent(refused())
    refusals.flush()
    expect(sink.events.at(-1)?.data).toMatchObject({ count: 5 })
    refusals.flush()
    expect(sink.events).toHaveLength(21)
  })
})
