import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import type { StepS } from '../../../src/store/samples.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { TestClock } from '../../support/build.ts'
import { buildWorld, type World } from './world.ts'

const HOUR_MS = 3_600_000

const history = ({ sessions }: World) =>
  sessions.find({ selection: { streams: null, players: null }, limit: 1000 })

/** All rows of a step of a stream, in the order of time. */
async function rowsOf({ samples, streams, clock }: World, streamKey: string, stepS: StepS) {
  const [stream] = await streams.find([streamKey])
  if (stream === undefined) return []
  const fromS = Math.floor((clock.nowMs() - 5 * HOUR_MS) / 1000 / stepS) * stepS
  const toS = fromS + 10 * 3600
  return samples.series({ streams: [stream.id], stepS, fromS, toS })
}

const failWrites = (database: World['database'], message: string) =>
  vi.spyOn(database, 'runBriefly').mockRejectedValue(new Error(message))

describe('samples', () => {
  it('are written every ten seconds, one row for each ten seconds', async () => {
    const world = await buildWorld()
    world.traffic.connect('cam')
    for (let i = 0; i < 12; i++) await world.sample()
    const rows = await rowsOf(world, 'cam', 10)
    expect(rows.map(({ rateKbps, liveS, bytesIn }) => [rateKbps, liveS, bytesIn])).toEqual(
      Array(12).fill([4000, 10, 5_000_000]),
    )
    expect(new Set(rows.map(({ atS }, i) => atS - i * 10)).size).toBe(1)
    expect(await rowsOf(world, 'cam', 60)).toMatchObject([{ liveS: 60 }, { liveS: 60 }])
  })

  it('that are early or late hit their row all the same', async () => {
    const world = await buildWorld()
    world.traffic.connect('cam')
    for (const jitterMs of [-4, 7, -9, 3, 0, 250]) {
      world.tell()
      world.traffic.run(10_000 + jitterMs)
      await world.analytics.tick()
    }
    expect((await rowsOf(world, 'cam', 10)).map(({ liveS }) => Math.round(liveS))).toEqual(Array(6).fill(10))
  })

  it('go on when the clock is set back an hour: the rows of that hour go on too, and none twice', async () => {
    const world = await buildWorld()
    const { traffic, clock } = world
    traffic.connect('cam')
    for (let i = 0; i < 720; i++) await world.sample()
    const jump = -HOUR_MS
    clock.setWallClock(clock.nowMs() + jump)
    for (const connection of traffic.live.values()) connection.sampledAtMs += jump
    for (let i = 0; i < 360; i++) await world.sample()
    expect((await rowsOf(world, 'cam', 10)).map(({ liveS, rateKbps }) => [liveS, rateKbps])).toEqual(
      Array(720).fill([10, 4000]),
    )
    const hours = await rowsOf(world, 'cam', 3600)
    expect(hours.map(({ liveS, bytesIn }) => [liveS, bytesIn])).toEqual([
      [3600, 360 * 5_000_000],
      [3600, 720 * 5_000_000],
    ])
  })

  it('leave a gap when the clock is set forward an hour, and no outlier', async () => {
    const world = await buildWorld()
    const { traffic, clock } = world
    traffic.connect('cam')
    for (let i = 0; i < 6; i++) await world.sample()
    clock.setWallClock(clock.nowMs() + HOUR_MS)
    for (const connection of traffic.live.values()) connection.sampledAtMs += HOUR_MS
    for (let i = 0; i < 6; i++) await world.sample()
    const rows = await rowsOf(world, 'cam', 10)
    expect(rows.map(({ liveS, rateKbps }) => [liveS, rateKbps])).toEqual(Array(12).fill([10, 4000]))
    expect((rows[6]?.atS ?? 0) - (rows[5]?.atS ?? 0)).toBe(3610)
  })

  it('of a shutdown are the last ones, up to its second', async () => {
    const world = await buildWorld()
    const id = world.traffic.connect('cam')
    await world.sample()
    world.traffic.run(4000)
    world.traffic.disconnect(id, 14_000)
    world.traffic.isStopped = true
    world.tell()
    await world.analytics.stop()
    expect(await rowsOf(world, 'cam', 60)).toMatchObject([{ liveS: 14, bytesIn: 7_000_000 }])
    expect(await history(world)).toMatchObject([{ reason: 'peer', bytes: 7_000_000 }])
  })

  it('are taken by the timer, at the tens of the wall clock', async () => {
    const clock = new TestClock()
    clock.advance(3000)
    const world = await buildWorld(':memory:', clock)
    vi.useFakeTimers()
    try {
      const tick = vi.spyOn(world.analytics, 'tick')
      await world.analytics.start()
      for (const [ms, count] of [
        [6999, 0],
        [1, 1],
        [9999, 1],
        [1, 2],
      ] as const) {
        clock.advance(ms)
        await vi.advanceTimersByTimeAsync(ms)
        expect(tick).toHaveBeenCalledTimes(count)
      }
      // Set back by an hour: the timer does not wait for it to be over.
      clock.setWallClock(clock.nowMs() - HOUR_MS + 1)
      clock.advance(11_000)
      await vi.advanceTimersByTimeAsync(11_000)
      expect(tick.mock.calls.length).toBeGreaterThan(2)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a database that fails', () => {
  it('costs the figures of that time and a line a minute, and nothing else', async () => {
    const world = await buildWorld()
    world.traffic.connect('cam')
    await world.sample()
    const broken = failWrites(world.database, 'the disk is full')
    for (let i = 0; i < 18; i++) await world.sample()
    const lines = world.log.from(50).map(({ msg }) => msg)
    expect(lines.filter(msg => msg === 'streams could not be measured: the disk is full')).toHaveLength(3)
    expect(lines.filter(msg => msg === 'sessions could not be written: the disk is full')).toHaveLength(3)
    expect(lines).toHaveLength(6)
    broken.mockRestore()
    await world.sample()
    await world.sample()
    expect((await rowsOf(world, 'cam', 10)).map(({ rateKbps }) => rateKbps)).toEqual([4000, 4000, 4000])
    const recovered = world.log.lines.filter(({ msg }) => String(msg).startsWith('no longer'))
    expect(recovered).toHaveLength(2)
  })

  it('loses no session: they are written when it works again', async () => {
    const world = await buildWorld()
    const broken = failWrites(world.database, 'the disk is full')
    const ids = Array.from({ length: 300 }, () => world.traffic.connect('cam'))
    await world.sample()
    for (const id of ids.slice(0, 250)) world.traffic.disconnect(id, 10_000)
    await world.sample()
    expect(await history(world)).toEqual([])
    broken.mockRestore()
    await world.sample()
    const rows = await history(world)
    expect(rows.filter(({ endedMs }) => endedMs === null)).toHaveLength(50)
    expect(rows.filter(({ reason }) => reason === 'peer')).toHaveLength(250)
  })

  it('lets no more than ten thousand wait', async () => {
    const world = await buildWorld()
    const broken = failWrites(world.database, 'the disk is full')
    for (let i = 0; i < 10_020; i++) world.traffic.disconnect(world.traffic.connect('cam'), 5)
    world.tell()
    await world.analytics.flush()
    broken.mockRestore()
    await world.analytics.flush()
    const [{ n } = { n: 0 }] = (
      await world.database.run(db => sql<{ n: number }>`SELECT count(*) AS n FROM past_sessions`.execute(db))
    ).rows
    expect(n).toBe(10_000)
    expect(world.log.from(50)).toContainEqual(
      expect.objectContaining({ count: 20, msg: 'sessions are missing in the history' }),
    )
  })
})

describe('sessions', () => {
  it('are in the history from their begin on, with their bytes every ten seconds', async () => {
    const world = await buildWorld()
    const publisher = world.traffic.connect('cam', {
      peer: '[2001:db8::7]:5000',
      encrypted: true,
      keyLengthBytes: 32,
    })
    world.traffic.play('cam', 'view')
    world.tell()
    await world.analytics.flush()
    expect(await history(world)).toMatchObject([
      { role: 'player', player: 'view', streamKey: 'cam', endedMs: null, bytes: 0 },
      { role: 'publisher', player: null, address: '2001:db8::7', encryption: 'AES-256' },
    ])
    await world.sample()
    await world.sample()
    expect(await history(world)).toMatchObject([{ bytes: 10_000_000 }, { bytes: 10_000_000 }])
    world.traffic.disconnect(publisher, 20_300)
    world.tell()
    await world.analytics.flush()
    const [, row] = await history(world)
    expect((row?.endedMs ?? 0) - (row?.startedMs ?? 0)).toBe(20_300)
  })

  it('keep their length when the clock is set', async () => {
    const world = await buildWorld()
    world.traffic.connect('cam')
    await world.sample()
    world.clock.setWallClock(world.clock.nowMs() - HOUR_MS)
    await world.sample()
    await world.sample()
    const [row] = await history(world)
    expect((row?.lastSeenMs ?? 0) - (row?.startedMs ?? 0)).toBe(30_000)
  })

  it('whose events were lost are found in the snapshot, and ended when they are no longer there', async () => {
    const world = await buildWorld()
    const known = world.traffic.connect('cam')
    await world.sample()
    world.traffic.connect('other')
    world.traffic.waiting.splice(0)
    world.traffic.live.delete(known)
    world.traffic.resync()
    await world.sample()
    await world.sample()
    await world.sample()
    expect(await history(world)).toMatchObject([
      { streamKey: 'other', endedMs: null, bytes: 15_000_000 },
      { streamKey: 'cam', reason: 'unknown', bytes: 5_000_000 },
    ])
    expect(await history(world)).toHaveLength(2)
  })

  it('that a crash left open are ended at the next start', async () => {
    const path = join(tempFolder(), 'streams.db')
    const world = await buildWorld(path)
    world.traffic.connect('cam')
    await world.sample()
    const next = await buildWorld(path, world.clock)
    await next.analytics.start()
    const [row] = await history(next)
    expect(row).toMatchObject({ reason: 'crash', bytes: 5_000_000 })
    expect((row?.endedMs ?? 0) - (row?.startedMs ?? 0)).toBe(10_000)
  })
})

describe('analytics off', () => {
  it('stops everything at once, and goes on when it is on again', async () => {
    const world = await buildWorld()
    world.traffic.connect('cam')
    await world.sample()
    world.settings.isOn = false
    for (let i = 0; i < 3; i++) await world.sample()
    world.traffic.connect('late')
    await world.sample()
    expect(await rowsOf(world, 'cam', 10)).toHaveLength(1)
    expect(await history(world)).toMatchObject([{ reason: 'analytics-off', bytes: 5_000_000 }])
    world.settings.isOn = true
    await world.sample()
    await world.sample()
    expect((await rowsOf(world, 'cam', 10)).map(({ rateKbps, bytesIn }) => [rateKbps, bytesIn])).toEqual([
      [4000, 5_000_000],
      [4000, 5_000_000],
    ])
    expect(await history(world)).toMatchObject([
      { streamKey: 'late', endedMs: null },
      { streamKey: 'cam', endedMs: null, reason: null, bytes: 35_000_000 },
    ])
  })
})

describe('retention', () => {
  it('keeps each step for its time, and sessions for analytics_retention_days', async () => {
    const world = await buildWorld()
    const id = world.traffic.connect('cam')
    await world.sample()
    world.traffic.disconnect(id, 10_000)
    world.tell()
    await world.analytics.flush()
    const steps = async () =>
      (
        await world.database.run(db =>
          sql<{ step: number }>`SELECT DISTINCT step_s AS step FROM samples ORDER BY 1`.execute(db),
        )
      ).rows.map(({ step }) => step)
    const afterHours = async (hours: number) => {
      world.clock.advance(hours * HOUR_MS)
      await world.analytics.prune()
      return steps()
    }
    expect(await afterHours(25)).toEqual([10, 60, 600, 3600])
    expect(await afterHours(2)).toEqual([600, 3600])
    expect(await afterHours(24 * 8)).toEqual([3600])
    expect(await afterHours(24 * 300)).toEqual([3600])
    expect(await history(world)).toHaveLength(1)
    world.settings.retentionDays = 30
    expect(await afterHours(1)).toEqual([])
    expect(await history(world)).toEqual([])
    expect(await world.streams.all()).toEqual([])
  })
})
