import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { measuredStreams } from '../../../src/store/measured-streams.ts'
import {
  ALL_STREAMS,
  type Sample,
  STEPS_S,
  type StepS,
  type StreamSample,
  samples,
} from '../../../src/store/samples.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

/** A whole hour. */
const T0 = 1_763_712_000

async function open(): Promise<Database> {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  return database
}

const PLAIN: Sample = {
  ...{ liveS: 10, rateKbps: 4000, rttMs: 40, rttMaxMs: 40, lossPercent: 1, lossMaxPercent: 1, bufferMs: 900 },
  ...{ players: 2, bytesIn: 5_000_000, bytesOut: 10_000_000 },
}

const of = (streamKey: string, changes: Partial<Sample> = {}): StreamSample => ({
  ...PLAIN,
  streamKey,
  sinceMs: T0 * 1000,
  ...changes,
})

async function build() {
  const database = await open()
  const table = samples(database)
  const idOf = async (key: string) => (await measuredStreams(database).find([key]))[0]?.id ?? -1
  const add = (atS: number, ...rows: StreamSample[]) => table.add(atS, rows, PLAIN)
  const series = async (key: string, stepS: StepS, lengthS = 7200) =>
    table.series({ streams: [await idOf(key)], stepS, fromS: T0, toS: T0 + lengthS - stepS })
  const rowCount = async () => {
    const { rows } = await database.run(db =>
      sql<{ n: number }>`SELECT count(*) AS n FROM samples`.execute(db),
    )
    return rows[0]?.n
  }
  return { database, table, idOf, add, series, rowCount }
}

describe('samples', () => {
  it('go into one row of each step, and into those of all streams', async () => {
    const { add, series, table, rowCount } = await build()
    await add(T0 + 3650, of('cam'))
    for (const [stepS, atS] of [
      [10, 3650],
      [60, 3600],
      [600, 3600],
      [3600, 3600],
    ] as const) {
      expect(await series('cam', stepS)).toEqual([
        { atS: T0 + atS, ...PLAIN, rateMinKbps: 4000, rateMaxKbps: 4000, playersMax: 2 },
      ])
    }
    const all = { streams: [ALL_STREAMS], stepS: 60, fromS: T0, toS: T0 + 3600 } as const
    expect(await table.series(all)).toMatchObject([{ atS: T0 + 3600, rateKbps: 4000 }])
    expect(await rowCount()).toBe(8)
  })

  it('are means by live time, with least, greatest and sums', async () => {
    const { add, series } = await build()
    await add(T0, of('cam', { rateKbps: 1000, players: 1, rttMs: 10, rttMaxMs: 10, lossPercent: 0 }))
    await add(
      T0 + 10,
      of('cam', { rateKbps: 4000, players: 4, liveS: 5, rttMs: 40, rttMaxMs: 90, lossPercent: 3 }),
    )
    expect(await series('cam', 60)).toMatchObject([
      {
        ...{ liveS: 15, rateKbps: 2000, rateMinKbps: 1000, rateMaxKbps: 4000, rttMs: 20, rttMaxMs: 90 },
        ...{ lossPercent: 1, players: 2, playersMax: 4, bytesIn: 10_000_000 },
      },
    ])
  })

  it('leave an unknown RTT out of the mean', async () => {
    const { add, series } = await build()
    await add(T0, of('cam', { rttMs: 0, rttMaxMs: 0 }))
    await add(T0 + 10, of('cam', { rttMs: 40, rttMaxMs: 40 }))
    await add(T0 + 20, of('cam', { rttMs: 0, rttMaxMs: 0 }))
    expect(await series('cam', 60)).toMatchObject([{ rttMs: 40, liveS: 30 }])
  })

  it('come to the same as all of them at once, whatever they are and in whatever order', async () => {
    const each = fc.record({
      atS: fc.integer({ min: 0, max: 719 }).map(n => T0 + n * 10),
      liveS: fc.integer({ min: 1, max: 10 }),
      rateKbps: fc.nat(50_000),
      rttMs: fc.integer({ min: 1, max: 500 }),
      lossPercent: fc.nat(100),
      bufferMs: fc.nat(3000),
      players: fc.nat(500),
      bytesIn: fc.nat(1e9),
      bytesOut: fc.nat(1e12),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(each, { minLength: 1, maxLength: 40 }), async list => {
        const { add, series } = await build()
        for (const { atS, ...row } of list)
          await add(atS, of('cam', { ...row, rttMaxMs: row.rttMs, lossMaxPercent: row.lossPercent }))
        for (const stepS of STEPS_S) {
          for (const point of await series('cam', stepS)) {
            const mine = list.filter(({ atS }) => Math.floor(atS / stepS) * stepS === point.atS)
            const sum = (name: keyof (typeof mine)[number]) =>
              mine.reduce((total, row) => total + row[name], 0)
            expect(mine.length).toBeGreaterThan(0)
            expect(point.liveS).toBe(Math.min(stepS, sum('liveS')))
            expect([point.bytesIn, point.bytesOut]).toEqual([sum('bytesIn'), sum('bytesOut')])
            expect(point.rateMinKbps).toBe(Math.min(...mine.map(({ rateKbps }) => rateKbps)))
            expect(point.rateMaxKbps).toBe(Math.max(...mine.map(({ rateKbps }) => rateKbps)))
            expect(point.rttMaxMs).toBe(Math.max(...mine.map(({ rttMs }) => rttMs)))
            expect(point.playersMax).toBe(Math.max(...mine.map(({ players }) => players)))
            // Beyond its capacity a row's time no longer grows, so its mean is that of those times.
            if (sum('liveS') > stepS) continue
            const mean = (of: (row: (typeof mine)[number]) => number) =>
              mine.reduce((total, row) => total + of(row) * row.liveS, 0) / sum('liveS')
            expect(point.rateKbps).toBeCloseTo(
              mean(({ rateKbps }) => rateKbps),
              5,
            )
            expect(point.players).toBeCloseTo(
              mean(({ players }) => players),
              5,
            )
          }
          const found = (await series('cam', stepS)).length
          expect(found).toBe(new Set(list.map(({ atS }) => Math.floor(atS / stepS))).size)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('of several streams are added up in their rates and players', async () => {
    const { add, table, idOf } = await build()
    await add(
      T0,
      of('a', { rateKbps: 1000, rttMs: 10, rttMaxMs: 15 }),
      of('b', { rateKbps: 3000, liveS: 5, rttMs: 40 }),
    )
    await add(T0, of('foreign'))
    const streams = [await idOf('a'), await idOf('b')]
    expect(await table.series({ streams, stepS: 10, fromS: T0, toS: T0 })).toMatchObject([
      {
        liveS: 10,
        rateKbps: 2500,
        rateMaxKbps: 4000,
        players: 3,
        playersMax: 4,
        rttMs: 20,
        bytesIn: 10_000_000,
      },
    ])
    expect(await table.series({ streams: [], stepS: 10, fromS: T0, toS: T0 })).toEqual([])
  })

  it('are found however many streams and times are asked for', async () => {
    const { add, table, idOf } = await build()
    const names = Array.from({ length: 450 }, (_, i) => `cam ${i}`)
    for (let i = 0; i < 60; i++) await add(T0 + i * 10, ...names.map(name => of(name)))
    const streams = await Promise.all(names.map(idOf))
    const points = await table.series({ streams, stepS: 10, fromS: T0 - 600, toS: T0 + 1200 })
    expect(points.map(({ atS }) => atS)).toEqual(Array.from({ length: 60 }, (_, i) => T0 + i * 10))
    expect(points.every(({ rateKbps }) => rateKbps === 450 * 4000)).toBe(true)
    const live = await table.liveSeconds({ streams, stepS: 60, fromS: T0, toS: T0 + 1200 })
    expect([live.size, ...new Set(live.values())]).toEqual([450, 600])
  })

  it('that are old are deleted, a number of them at once, of one step', async () => {
    const { add, table, series } = await build()
    for (let i = 0; i < 30; i++) await add(T0 + i * 10, of('cam'))
    expect(await table.prune(10, T0 + 200, 25)).toBe(25)
    expect(await table.prune(10, T0 + 200, 25)).toBe(15)
    expect(await table.prune(10, T0 + 200, 25)).toBe(0)
    expect((await series('cam', 10)).map(({ atS }) => atS - T0)).toEqual(
      [...Array(10)].map((_, i) => 200 + i * 10),
    )
    expect(await series('cam', 60)).toHaveLength(5)
  })

  it('use an index for every question', async () => {
    const { database } = await build()
    const plan = async (query: string) =>
      (await database.run(db => sql.raw<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`).execute(db))).rows
        .map(({ detail }) => detail)
        .join('; ')
    const read = `SELECT * FROM json_each('[1]') AS time CROSS JOIN json_each('[1]') AS wanted
      CROSS JOIN samples ON step_s = 10 AND at_s = time.value AND stream = wanted.value`
    expect(await plan(read)).toContain('SEARCH samples USING PRIMARY KEY (step_s=? AND at_s=? AND stream=?)')
    const old = 'SELECT 1 FROM samples WHERE step_s = 10 AND at_s < 5 ORDER BY at_s LIMIT 5'
    expect(await plan(old)).toBe('SEARCH samples USING PRIMARY KEY (step_s=? AND at_s<?)')
  })
})
