import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openDatabase } from '../../../src/store/database.ts'
import { measuredStreams } from '../../../src/store/measured-streams.ts'
import {
  type PastSessionFilter,
  pastSessions,
  type SessionRecord,
  type SessionSelection,
} from '../../../src/store/past-sessions.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const T0 = 1_763_712_000_000
const EVERYTHING: SessionSelection = { streams: null, players: null }

async function build() {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  const table = pastSessions(database)
  const streams = measuredStreams(database)
  const find = (changes: Partial<PastSessionFilter> = {}) =>
    table.find({ selection: EVERYTHING, limit: 1000, ...changes })
  const idOf = async (key: string) => (await streams.find([key]))[0]?.id ?? -1
  return { table, streams, find, idOf }
}

const record = (connectionId: number, changes: Partial<SessionRecord> = {}): SessionRecord => ({
  connectionId,
  ...{ role: 'publisher', streamKey: 'cam', player: null, address: '192.0.2.1', srtVersion: '1.5.3' },
  ...{
    encryption: 'none',
    latencyMs: 200,
    startedMs: T0,
    lastSeenMs: T0,
    endedMs: null,
    reason: null,
    bytes: 0,
  },
  ...changes,
})

const played = (connectionId: number, player: string, changes: Partial<SessionRecord> = {}): SessionRecord =>
  record(connectionId, { role: 'player', player, ...changes })

describe('past sessions', () => {
  it('begin, go on and end', async () => {
    const { table, find } = await build()
    await table.put('run', [record(1), played(2, 'view', { address: '2001:db8::1' })])
    await table.progress('run', [
      { connectionId: 1, lastSeenMs: T0 + 10_000, bytes: 500 },
      { connectionId: 99, lastSeenMs: T0, bytes: 1 },
    ])
    await table.progress('another run', [{ connectionId: 2, lastSeenMs: T0 + 1, bytes: 9 }])
    const end = { lastSeenMs: T0 + 12_000, endedMs: T0 + 12_000, reason: 'peer', bytes: 600 }
    expect(await find()).toMatchObject([
      { id: 2, role: 'player', player: 'view', bytes: 0, lastSeenMs: T0, address: '2001:db8::1' },
      { id: 1, role: 'publisher', streamKey: 'cam', player: null, bytes: 500, endedMs: null },
    ])
    await table.put('run', [record(1, end)])
    expect(await find({ role: 'publisher' })).toMatchObject([{ id: 1, ...end }])
  })

  it('of other runs that are open are ended when they were last seen', async () => {
    const { table, find } = await build()
    await table.put('old', [
      record(1, { lastSeenMs: T0 + 5000 }),
      record(2, { endedMs: T0 + 1, reason: 'idle' }),
    ])
    await table.put('new', [record(1)])
    expect(await table.closeOpen({ notOfRun: 'new' }, 'crash')).toBe(1)
    expect((await find()).map(({ runId, endedMs, reason }) => [runId, endedMs, reason])).toEqual([
      ['new', null, null],
      ['old', T0 + 1, 'idle'],
      ['old', T0 + 5000, 'crash'],
    ])
    // It was no crash: the other server lives, on the same database.
    await table.progress('old', [{ connectionId: 1, lastSeenMs: T0 + 6000, bytes: 7 }])
    expect(await find({ beforeId: 2 })).toMatchObject([{ endedMs: null, reason: null, bytes: 7 }])
    expect(await table.closeOpen({ ofRun: 'new' }, 'analytics-off')).toBe(1)
    // Switched on again: the same session goes on.
    await table.put('new', [record(1, { lastSeenMs: T0 + 9000 })])
    expect(await find({ limit: 1 })).toMatchObject([
      { lastSeenMs: T0 + 9000, endedMs: null, reason: null },
      {},
    ])
  })

  it('are found by who may know them, and in pages', async () => {
    const { table, find, idOf } = await build()
    const rows = [
      record(1),
      record(2, { streamKey: 'other' }),
      played(3, 'a_1'),
      played(4, 'a_2', { streamKey: 'other' }),
      played(5, 'A_1'),
      played(6, 'b'),
    ]
    await table.put('run', rows)
    const ids = async (changes: Partial<PastSessionFilter>) => (await find(changes)).map(({ id }) => id)
    const cam = await idOf('cam')
    expect(await ids({ selection: { streams: [cam], players: { prefix: 'a_' } } })).toEqual([4, 3, 1])
    expect(await ids({ selection: { streams: [], players: { players: ['A_1', 'none'] } } })).toEqual([5])
    expect(await ids({ of: { player: 'a_1', stream: cam } })).toEqual([3, 1])
    expect(await ids({ of: { player: 'a_1', stream: cam }, role: 'publisher' })).toEqual([1])
    expect(await ids({ of: { player: 'a_1', stream: cam }, role: 'player' })).toEqual([3])
    expect(await ids({ of: { player: 'gone', stream: undefined } })).toEqual([])
    expect(await ids({ limit: 2 })).toEqual([6, 5, 4])
    expect(await ids({ limit: 2, beforeId: 5 })).toEqual([4, 3, 2])
    expect(await ids({ limit: 2, beforeId: 2, role: 'publisher' })).toEqual([1])
    expect(await ids({ limit: 5, beforeId: 4, of: { player: 'a_1', stream: cam } })).toEqual([3, 1])
  })

  it('are found behind a great number of others', async () => {
    const { table, find } = await build()
    await table.put('run', [record(1)])
    const crowd = Array.from({ length: 45_000 }, (_, i) => played(i + 2, 'crowd', { endedMs: T0 + 1000 }))
    for (let i = 0; i < crowd.length; i += 500) await table.put('run', crowd.slice(i, i + 500))
    await table.put('run', [record(50_000)])
    const connections = (await find({ role: 'publisher' })).map(({ connectionId }) => connectionId)
    expect(connections).toEqual([50_000, 1])
    const totals = await table.totals({ selection: EVERYTHING, fromMs: T0, toMs: T0 + 5000 })
    expect(totals).toMatchObject({ playerSessions: 45_000, watchMs: 45_000_000 })
  })

  it('are added up as far as they lie within a period', async () => {
    const session = fc.record({
      startedMs: fc.integer({ min: T0 - 5000, max: T0 + 15_000 }),
      lengthMs: fc.nat(12_000),
      isOpen: fc.boolean(),
      isPlayer: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(session, { maxLength: 20 }), async list => {
        const { table } = await build()
        const rows = list.map(({ startedMs, lengthMs, isOpen, isPlayer }, i) => {
          const lastSeenMs = startedMs + lengthMs
          const times = { startedMs, lastSeenMs, endedMs: isOpen ? null : lastSeenMs }
          return isPlayer ? played(i + 1, 'view', times) : record(i + 1, times)
        })
        await table.put('run', rows)
        const [fromMs, toMs] = [T0, T0 + 10_000]
        const within = rows.filter(row => row.startedMs < toMs && row.lastSeenMs > fromMs)
        const sum = (role: string) =>
          within
            .filter(row => row.role === role)
            .reduce((ms, row) => ms + Math.min(row.lastSeenMs, toMs) - Math.max(row.startedMs, fromMs), 0)
        const totals = await table.totals({ selection: EVERYTHING, fromMs, toMs })
        expect([totals.liveMs, totals.watchMs]).toEqual([sum('publisher'), sum('player')])
        expect(totals.playerSessions + totals.publisherSessions).toBeGreaterThanOrEqual(within.length)
      }),
      { numRuns: 50 },
    )
  })

  it('that are old, or too many, are deleted; who is live is not', async () => {
    const { table, find, streams } = await build()
    const rows = Array.from({ length: 10 }, (_, i) =>
      record(i + 1, { startedMs: T0 + i, endedMs: i === 0 ? null : T0 + i, streamKey: `cam ${i % 5}` }),
    )
    await table.put('run', rows)
    const left = async () => (await find()).map(({ id }) => id)
    expect(await table.prune({ beforeMs: T0 + 4, mostRows: 100, limit: 2 })).toBe(2)
    expect(await table.prune({ beforeMs: T0 + 4, mostRows: 100, limit: 2 })).toBe(1)
    expect(await left()).toEqual([10, 9, 8, 7, 6, 5, 1])
    expect(await table.prune({ beforeMs: T0, mostRows: 3, limit: 100 })).toBe(4)
    expect(await left()).toEqual([10, 9, 8])
    // Only what nothing is kept of, and only when it is old.
    expect(await streams.prune(T0, 100)).toBe(0)
    expect(await streams.prune(T0 + 3_700_000, 100)).toBe(2)
    expect((await streams.all()).map(({ streamKey }) => streamKey)).toEqual(['cam 2', 'cam 3', 'cam 4'])
  })
})
