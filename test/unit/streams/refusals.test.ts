import { describe, expect, it } from 'vitest'
import { type EngineEvent, REFUSE_CODES, type RefuseReason } from '../../../src/engine/contract.ts'
import { refusalSentence } from '../../../src/streams/refusal-sentences.ts'
import { RefusalJournal } from '../../../src/streams/refusals.ts'

type Refused = Extract<EngineEvent, { type: 'refused' }>

function build(capacity?: number) {
  const time = { ms: 0 }
  const roleOf = (listener: string) => (listener === 'play:4000' ? 'play' : undefined)
  const journal = new RefusalJournal({
    roleOf,
    clock: { monotonicMs: () => time.ms },
    ...(capacity === undefined ? {} : { capacity }),
  })
  const refuse = (changes: Partial<Refused> = {}) =>
    journal.onEvents([
      {
        seq: 1,
        atMs: 1_000_000 + time.ms,
        type: 'refused',
        listener: 'play:4000',
        reason: 'not-live',
        count: 1,
        lastPeer: '203.0.113.7:40000',
        lastStreamId: 'live_1',
        latencyMs: -1,
        encryption: 'unknown',
        ...changes,
      },
    ])
  const rows = (filter: Partial<Parameters<RefusalJournal['list']>[0]> = {}) =>
    journal.list({ limit: 10_000, ...filter }).rows
  return { time, journal, refuse, rows }
}

describe('RefusalJournal', () => {
  it('keeps what the engine told, and says what to do', () => {
    const { refuse, rows } = build()
    refuse({ reason: 'latency', latencyMs: 9000, encryption: 'encrypted', lastPeer: '[2001:db8::1]:5000' })
    expect(rows()).toEqual([
      {
        id: 1,
        firstAtMs: 1_000_000,
        lastAtMs: 1_000_000,
        count: 1,
        listener: 'play:4000',
        role: 'play',
        address: '2001:db8::1',
        port: '5000',
        streamId: 'live_1',
        reason: 'latency',
        code: 0,
        sentence: refusalSentence('latency', { role: 'play', latencyMs: 9000, encryption: 'encrypted' }),
        latencyMs: 9000,
        encryption: 'encrypted',
      },
    ])
    expect(rows()[0]?.sentence).toContain('9000 ms')
  })

  it('ignores other events', () => {
    const { journal, rows } = build()
    journal.onEvents([{ seq: 1, atMs: 0, type: 'resync' }])
    expect(rows()).toEqual([])
  })

  it('does not know what a peer asked for that did not say', () => {
    const { refuse, rows } = build()
    refuse()
    expect(rows()[0]).toMatchObject({ latencyMs: null, encryption: 'unknown' })
  })

  it('makes one entry of an endless reconnect, from whatever port, and puts it on top', () => {
    const { refuse, rows, time } = build()
    for (let i = 0; i < 100; i++) {
      refuse({ count: 2, lastPeer: `203.0.113.7:${40_000 + i}` })
      if (i === 50) refuse({ lastStreamId: 'other' })
      time.ms += 59_999
    }
    expect(rows().map(({ streamId, count, port }) => [streamId, count, port])).toEqual([
      ['live_1', 200, '40099'],
      ['other', 1, '40000'],
    ])
    const [first] = rows()
    expect(first).toMatchObject({ firstAtMs: 1_000_000, lastAtMs: 1_000_000 + 99 * 59_999, id: 101 })
  })

  it('begins a new entry after a minute of peace', () => {
    const { refuse, rows, time } = build()
    refuse()
    time.ms += 60_000
    refuse()
    time.ms += 59_999
    refuse()
    expect(rows().map(({ id, count }) => [id, count])).toEqual([
      [3, 2],
      [1, 1],
    ])
  })

  it('keeps apart what differs in listener, reason, address or stream ID', () => {
    const { refuse, rows } = build()
    const others: Partial<Refused>[] = [
      { listener: 'play:5000' },
      { reason: 'forbidden' },
      { lastPeer: '203.0.113.8:40000' },
      { lastStreamId: 'live_2' },
    ]
    for (const changes of [{}, ...others]) refuse(changes)
    expect(rows().length).toBe(5)
    expect(rows().every(({ count }) => count === 1)).toBe(true)
  })

  it('names the role of a listener that has gone', () => {
    const { refuse, rows } = build()
    refuse({ listener: 'publish:4001' })
    refuse({ listener: 'play:9999' })
    expect(rows().map(({ role }) => role)).toEqual(['play', 'publish'])
  })

  it('filters and pages, the newest first', () => {
    const { refuse, rows } = build()
    for (let i = 1; i <= 5; i++) refuse({ lastStreamId: `live_${i}` })
    refuse({ lastStreamId: 'secret', listener: 'publish:4001', reason: 'unknown-stream-id' })
    refuse({ lastPeer: '198.51.100.1:1' })
    expect(rows({ address: '198.51.100.1' }).map(({ id }) => id)).toEqual([7])
    expect(rows({ reason: 'unknown-stream-id' }).map(({ id }) => id)).toEqual([6])
    expect(rows({ limit: 2 }).map(({ id }) => id)).toEqual([7, 6, 5])
    expect(rows({ limit: 2, beforeId: 2 }).map(({ id }) => id)).toEqual([1])
    const isVisible = (streamId: string, role: string) => role === 'play' && streamId === 'live_3'
    expect(rows({ isVisible, limit: 1 }).map(({ streamId }) => streamId)).toEqual(['live_3'])
  })

  it('stays bounded, and lets go of the oldest', () => {
    const { refuse, rows } = build(10)
    for (let i = 1; i <= 25; i++) refuse({ lastPeer: `203.0.113.${i}:1` })
    expect(rows().map(({ id }) => id)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16])
  })

  it('does not let one address push the others out', () => {
    const { refuse, rows, time } = build(10)
    refuse({ lastPeer: '198.51.100.1:1', lastStreamId: 'mine' })
    for (let i = 0; i < 10_000; i++) {
      refuse({ lastStreamId: `guess_${i}` })
      time.ms += 1
    }
    expect(rows().length).toBe(10)
    expect(rows().at(-1)).toMatchObject({ streamId: 'mine' })
    for (let i = 1; i <= 7; i++) refuse({ lastPeer: `192.0.2.${i}:1` })
    expect(rows().filter(({ address }) => address === '203.0.113.7').length).toBe(2)
    expect(rows().at(-1)).toMatchObject({ streamId: 'mine' })
  })
})

describe('refusalSentence', () => {
  const reasons = Object.keys(REFUSE_CODES) as RefuseReason[]
  const facts = (['publish', 'play'] as const).flatMap(role =>
    (['unknown', 'none', 'encrypted'] as const).flatMap(encryption =>
      [null, 9000].map(latencyMs => ({ role, encryption, latencyMs })),
    ),
  )

  it.each(reasons)('has one whole sentence for %s', reason => {
    for (const fact of facts) {
      const sentence = refusalSentence(reason, fact)
      expect(sentence).toMatch(/^[A-Z][^.]+\.$/)
      expect(sentence).not.toMatch(/undefined|null|NaN/)
    }
  })

  it('tells each reason from the others', () => {
    const [fact] = facts
    if (fact === undefined) throw new Error('no facts')
    expect(new Set(reasons.map(reason => refusalSentence(reason, fact))).size).toBe(reasons.length)
  })

  it('says on which side encryption is missing', () => {
    const say = (encryption: 'none' | 'encrypted' | 'unknown') =>
      refusalSentence('no-encryption', { role: 'publish', latencyMs: null, encryption })
    expect(say('none')).toContain('came without')
    expect(say('encrypted')).toContain('The peer encrypts')
    expect(say('unknown')).toContain('One side encrypts')
  })
})
