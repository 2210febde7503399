import { describe, expect, it, vi } from 'vitest'
import { EventTableFeed } from '../../support/event-table-feed.ts'
import { settle } from '../../support/manual-schedule.ts'
import { buildHarness, WISH } from './harness.ts'
import { idsOf, later, logOf, stored } from './worker-world.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

describe('events that were deleted too early', () => {
  it('are told of in the log, and the oldest that is there comes next', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    await world.happen({})
    await world.stop()
    await world.feed.store(...Array.from({ length: 50 }, () => ({})))
    await world.feed.table.prune(365, 10, world.clock.nowMs())
    await world.restart()
    expect(idsOf(world)).toEqual([1, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51])
    const missed = (await logOf(world)).filter(({ eventType }) => eventType === 'missed')
    expect(missed).toMatchObject([
      {
        ...{ eventId: null, attempt: 0, status: null },
        error:
          '40 stored events (ids 2 to 41) were deleted before this webhook came to them; see event_retention_days and event_limit',
      },
    ])
  })

  it('are told of when none is left', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    await world.stop()
    await world.feed.store({})
    await world.feed.table.prune(365, 0, world.clock.nowMs())
    await world.restart()
    expect(world.calls).toEqual([])
    expect(await logOf(world)).toMatchObject([
      { error: expect.stringMatching(/^1 stored event \(id 1\) was deleted/) },
    ])
    await world.happen({})
    await world.restart()
    expect(idsOf(world)).toEqual([2])
    expect(await logOf(world)).toHaveLength(2)
  })
})

describe('a restart', () => {
  it('sends again what was under way, and nothing that was taken', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    const gate = later()
    world.answer = ({ eventId }) => (eventId === 2 ? gate.answer : {})
    await world.happen({}, {}, {})
    expect(idsOf(world)).toEqual([1, 2])
    world.answer = () => ({})
    await world.restart()
    expect(idsOf(world)).toEqual([1, 2, 2, 3])
    expect(await stored(world)).toMatchObject({ attempt: 0 })
    expect((await logOf(world)).map(({ eventId }) => eventId)).toEqual([1, 2, 3])
  })
})

describe('a database that fails', () => {
  it('stops no delivery, and gets the progress when it is back', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    const saveProgress = vi.spyOn(world.store, 'saveProgress').mockRejectedValue(new Error('full'))
    await world.happen({}, {})
    expect(idsOf(world)).toEqual([1, 2])
    expect((await stored(world)).cursor).toBe(0)
    await world.timers.advance(5000)
    saveProgress.mockRestore()
    await world.timers.advance(1000)
    expect((await stored(world)).cursor).toBe(2)
    expect(world.log.from(40)).toHaveLength(1)
  })

  it('in the middle of a write spoils no change that follows', async () => {
    const world = await buildHarness()
    await world.desk.add({ ...WISH, events: ['stop'] })
    let fail: (error: Error) => void = () => undefined
    const saveProgress = vi.spyOn(world.store, 'saveProgress').mockImplementationOnce(
      () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    )
    await world.happen({})
    await world.timers.advance(1000)
    expect(saveProgress).toHaveBeenCalledTimes(1)
    const changed = world.desk.change(1, { isActive: false })
    await settle()
    fail(new Error('full'))
    expect(await changed).toMatchObject({ isActive: false, cursor: 1 })
    await world.timers.advance(60_000)
    expect(await stored(world)).toMatchObject({ isActive: false, cursor: 1 })
    expect(saveProgress).toHaveBeenCalledTimes(2)
  })

  it('is asked again for the events', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    await world.stop()
    await world.feed.store({})
    const after = vi.spyOn(EventTableFeed.prototype, 'after').mockRejectedValue(new Error('full'))
    await world.restart()
    await world.timers.advance(60_000)
    expect(after.mock.calls.length).toBeGreaterThan(10)
    expect([world.calls, world.log.from(40).length]).toEqual([[], 1])
    after.mockRestore()
    await world.timers.advance(5000)
    expect(idsOf(world)).toEqual([1])
  })
})
