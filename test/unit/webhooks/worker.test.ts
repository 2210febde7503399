import { describe, expect, it, vi } from 'vitest'
import { settle } from '../../support/manual-schedule.ts'
import { type Answer, buildHarness, failing, WISH } from './harness.ts'
import { idsOf, later, logOf, stored } from './worker-world.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const HOUR_MS = 3_600_000

describe('a webhook', () => {
  it('gets each event once, in order, and as it is', async () => {
    const world = await buildHarness()
    await world.happen({})
    await world.desk.add(WISH)
    await world.happen({ player: 'live_1', sessionId: 7, data: { a: 1 } }, { type: 'stop', players: [] })
    await world.happen({})
    expect(idsOf(world)).toEqual([2, 3, 4])
    expect(world.calls[0]?.body).toBe(
      '{"id":2,"type":"publish","at":"2026-01-31T12:00:00.000Z","player":"live_1","players":["live_1"],"session_id":7,"data":{"a":1}}',
    )
    expect(world.calls.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_2', 'evt_3', 'evt_4'])
    expect(world.calls[0]?.headers['webhook-timestamp']).toBe('1769860800')
    expect(await stored(world)).toMatchObject({ cursor: 4, attempt: 0, failingSinceMs: null })
    expect(await logOf(world)).toMatchObject([
      { eventId: 2, eventType: 'publish', attempt: 1, status: 204, error: null, durationMs: 3 },
      { eventId: 3, eventType: 'stop' },
      { eventId: 4 },
    ])
  })

  it('gets only what it wants, and remembers what it did not', async () => {
    const world = await buildHarness()
    await world.desk.add({ ...WISH, events: ['publish', 'play'], players: ['a', 'b'] })
    await world.happen(
      ...[{ players: ['a'] }, { players: ['c'] }, { type: 'stop', players: ['a'] }, { players: [] }],
      ...[
        { type: 'play', player: 'b', players: ['b', 'c'] },
        { type: 'play', player: 'c', players: ['a', 'c'] },
      ],
      ...[{ players: ['c', 'b'] }, { type: 'unpublish', players: ['a'] }],
    )
    expect(idsOf(world)).toEqual([1, 5, 7])
    expect((await stored(world)).cursor).toBe(7)
    await world.timers.advance(1000)
    expect((await stored(world)).cursor).toBe(8)
    expect(world.timers.waits).toEqual([])
  })

  it('gets what was stored in the meantime, however much it is', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    const gate = later()
    world.answer = () => gate.answer
    for (let i = 0; i < 25; i++) await world.feed.store(...Array.from({ length: 20 }, () => ({})))
    await settle()
    expect(idsOf(world)).toEqual([1])
    world.answer = () => ({})
    gate.give({})
    await vi.waitFor(() => expect(world.calls).toHaveLength(500), { timeout: 30_000 })
    expect(idsOf(world)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
  })

  it('gets the same event until it takes it, later each time, and the others after it', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({}, {})
    const waits = []
    for (let i = 0; i < 11; i++) {
      waits.push(world.timers.waits[0])
      await world.timers.advance((world.timers.waits[0] ?? 0) - 1)
      expect(world.calls).toHaveLength(i + 1)
      await world.timers.advance(1)
      expect(world.calls).toHaveLength(i + 2)
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900].map(s => s * 1000))
    expect(new Set(idsOf(world))).toEqual(new Set([1]))
    expect(new Set(world.calls.map(({ body }) => body)).size).toBe(1)
    expect(new Set(world.calls.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['evt_1']))
    expect(new Set(world.calls.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(12)
    expect(await stored(world)).toMatchObject({ cursor: 0, attempt: 12, failingSinceMs: 1_769_860_800_000 })
    world.answer = () => ({})
    await world.timers.advance(900_000)
    expect(idsOf(world).slice(12)).toEqual([1, 2])
    expect(await stored(world)).toMatchObject({
      cursor: 2,
      attempt: 0,
      failingSinceMs: null,
      nextAttemptMs: 0,
    })
    expect((await logOf(world)).map(({ attempt }) => attempt)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1,
    ])
  })

  it('waits as long as the endpoint asks, if that is longer', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => ({ ...failing(429), retryAfterMs: 60_000 })
    await world.happen({})
    expect(world.timers.waits).toEqual([60_000])
    world.answer = () => ({ ...failing(503), retryAfterMs: 10 })
    await world.timers.advance(60_000)
    expect(world.timers.waits).toEqual([10_000])
  })

  it('is not disturbed in its waiting by new events', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    for (let i = 0; i < 5; i++) await world.happen({})
    expect(idsOf(world)).toEqual([1])
  })

  it('is told apart from others that fail, hang or wait', async () => {
    const world = await buildHarness({ callsAtOnce: 3 })
    for (const name of ['fails', 'hangs', 'works'])
      await world.desk.add({ ...WISH, url: `https://${name}.example/` })
    world.answer = ({ url }) => {
      if (url.includes('fails')) return failing()
      return url.includes('hangs') ? later().answer : {}
    }
    for (let i = 0; i < 10; i++) await world.happen({})
    const of = (name: string) =>
      world.calls.filter(({ url }) => url.includes(name)).map(({ eventId }) => eventId)
    expect([of('fails'), of('hangs')]).toEqual([[1], [1]])
    expect(of('works')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('never has two calls at once, and all together no more than there may be, each in its turn', async () => {
    const world = await buildHarness({ callsAtOnce: 2 })
    for (let i = 0; i < 5; i++) await world.desk.add({ ...WISH, url: `https://h${i}.example/` })
    const gates: { url: string; give: (answer: Awaited<Answer>) => void }[] = []
    let most = 0
    world.answer = ({ url }) => {
      const gate = later()
      gates.push({ url, give: gate.give })
      most = Math.max(most, gates.length)
      return gate.answer
    }
    await world.happen({}, {})
    const order: string[] = []
    while (gates.length > 0) {
      const gate = gates.shift()
      order.push(gate?.url ?? '')
      gate?.give({})
      await settle()
    }
    expect(most).toBe(2)
    expect(order.map(url => url.slice('https://h'.length)[0]).join('')).toBe('0123401234')
  })
})

describe('a webhook that fails', () => {
  it('is paused after a day, with a reason and an event', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    await world.timers.advance(24 * HOUR_MS - 1)
    expect(await stored(world)).toMatchObject({ isActive: true, pausedReason: null })
    await world.timers.advance(900_001)
    const pausedReason = 'It has failed since 2026-01-31T12:00:00.000Z; the last time: answered 500.'
    expect(await stored(world)).toMatchObject({ isActive: false, pausedReason, cursor: 0 })
    expect(world.feed.emitted).toEqual([
      {
        ...{ atMs: expect.any(Number), type: 'webhook.paused', player: null, players: [], sessionId: null },
        data: { webhook_id: 1, host: 'hooks.example.com', reason: pausedReason },
      },
    ])
    const calls = world.calls.length
    await world.happen({})
    await world.timers.advance(24 * HOUR_MS)
    await world.restart()
    expect(world.calls).toHaveLength(calls)
    expect(JSON.stringify(world.log.lines)).not.toContain('token=t')
    expect(world.log.from(40)).toHaveLength(2)
  })

  it('is paused at once by a 410, and resumes where it stopped', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing(410)
    await world.happen({}, {})
    expect(await stored(world)).toMatchObject({
      isActive: false,
      pausedReason: 'It answered 410: it is gone for good.',
    })
    expect(await world.desk.list()).toMatchObject([{ pending: 2 }])
    world.answer = () => ({})
    await world.happen({})
    expect(await world.desk.change(1, { isActive: true })).toMatchObject({
      ...{ isActive: true, pausedReason: null, failingSinceMs: null, attempt: 0 },
    })
    await settle()
    expect(idsOf(world)).toEqual([1, 1, 2, 3])
  })

  it('is not given up before it had its chances, however long the server was down', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    await world.stop()
    world.clock.advance(48 * HOUR_MS)
    await world.restart()
    expect(await stored(world)).toMatchObject({ isActive: true, attempt: 2 })
    await world.timers.advance(6 * HOUR_MS)
    expect(await stored(world)).toMatchObject({ isActive: false })
  })

  it('has its waiting in the table, so that a restart does not hurry it', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    await world.timers.advance(5000 + 10_000 + 1)
    expect(world.calls).toHaveLength(3)
    await world.restart()
    expect(world.timers.waits).toEqual([19_999])
    await world.timers.advance(19_998)
    expect(world.calls).toHaveLength(3)
    await world.timers.advance(1)
    expect(world.calls).toHaveLength(4)
    expect((await logOf(world)).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
  })

  it('is tried again at once when that is asked for', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    await world.timers.advance(HOUR_MS)
    const before = world.calls.length
    await world.desk.change(1, { description: 'patience' })
    await settle()
    expect(world.calls).toHaveLength(before)
    await world.desk.change(1, { isActive: true })
    await settle()
    expect(world.calls).toHaveLength(before + 1)
    expect(await stored(world)).toMatchObject({ attempt: 1 })
  })
})

describe('a clock that jumps', () => {
  const YEAR_MS = 365 * 24 * HOUR_MS

  it.each([-YEAR_MS, -HOUR_MS, HOUR_MS, YEAR_MS])('by %i ms changes no waiting', async jumpMs => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    world.clock.setWallClock(world.clock.nowMs() + jumpMs)
    await world.timers.advance(4999)
    expect(world.calls).toHaveLength(1)
    await world.timers.advance(1)
    expect(world.calls).toHaveLength(2)
    await world.timers.advance(HOUR_MS)
    expect(await stored(world)).toMatchObject({ isActive: true })
    world.answer = () => ({})
    await world.timers.advance(900_000)
    expect(await stored(world)).toMatchObject({ cursor: 1 })
  })

  it('back over a restart holds nothing up for more than an hour', async () => {
    const world = await buildHarness()
    await world.desk.add(WISH)
    world.answer = () => failing()
    await world.happen({})
    await world.stop()
    world.clock.setWallClock(world.clock.nowMs() - YEAR_MS)
    await world.restart()
    expect(world.timers.waits).toEqual([HOUR_MS])
    await world.timers.advance(HOUR_MS)
    expect(world.calls).toHaveLength(2)
    expect(await stored(world)).toMatchObject({ isActive: true })
  })
})
