import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EventHub, type EventHubOptions, type NewEvent, type StoredEvent } from '../../../src/events/hub.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { type Events, events as eventTable } from '../../../src/store/events.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { MemoryLog, TestClock } from '../../support/memory.ts'
import { until } from '../../support/wait.ts'

const clock = new TestClock()
const KEEP = { retentionDays: 7, limit: 100_000 }

const event = (number: number, changes: Partial<NewEvent> = {}): NewEvent => ({
  ...{ atMs: clock.nowMs(), type: 'play', player: 'live_1', players: ['live_1'], sessionId: number },
  data: { number },
  ...changes,
})

const numbers = (events: readonly NewEvent[]) => events.map(({ sessionId }) => sessionId)
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

interface World {
  hub: EventHub
  store: Events
  log: MemoryLog
  told: StoredEvent[]
}

async function database(path = ':memory:'): Promise<Database> {
  const opened = await openDatabase({ path })
  onTestFinished(() => opened.close())
  return opened
}

async function start(store: Events, options: Partial<EventHubOptions> = {}): Promise<World> {
  const log = new MemoryLog()
  const hub = new EventHub({ store, clock, log: log.logger, keep: () => KEEP, ...options })
  await hub.start()
  onTestFinished(() => hub.stop())
  const told: StoredEvent[] = []
  hub.onStored(events => void told.push(...events))
  return { hub, store, log, told }
}

const build = async (options: Partial<EventHubOptions> = {}) => start(eventTable(await database()), options)

/** A table that fails as long as `failure` is set. */
class FailingStore {
  failure: unknown
  readonly batches: number[] = []
  readonly store: Events

  constructor(real: Events) {
    this.store = {
      ...real,
      append: async events => {
        this.batches.push(events.length)
        if (this.failure !== undefined) throw this.failure
        return real.append(events)
      },
    }
  }
}

const unavailable = () => new AppError('STORE_UNAVAILABLE', 'the disk is full')

describe('the hub of events', () => {
  it('stores what it is given, in order and in batches, and tells it then', async () => {
    const failing = new FailingStore(eventTable(await database()))
    const { hub, told, store } = await start(failing.store)
    for (const number of range(1, 1200)) hub.emit(event(number))
    expect(told).toEqual([])
    await hub.flush()
    expect(numbers(told)).toEqual(range(1, 1200))
    expect(told.map(({ id }) => id)).toEqual(range(1, 1200))
    expect(failing.batches).toEqual([500, 500, 200])
    expect(hub.lastId()).toBe(1200)
    expect(await store.after(0, 2000)).toEqual(told)
  })

  it('stores by itself soon', async () => {
    const { hub, told } = await build()
    hub.emit(event(1))
    await until(() => told.length === 1, { deadlineMs: 10_000, what: 'the event to be stored' })
  })

  it('gives back events from memory and from the table alike', async () => {
    const { hub, store } = await build({ recentCapacity: 50 })
    for (const number of range(1, 1000)) hub.emit(event(number))
    await hub.flush()
    for (const id of [0, 1, 399, 449, 450, 500, 949, 950, 999, 1000, 5000]) {
      expect(await hub.after(id, 64)).toEqual(await store.after(id, 64))
    }
    expect(numbers(await hub.before(undefined, [], 3))).toEqual([1000, 999, 998])
  })

  it('goes on counting after a restart, also when everything has been deleted', async () => {
    const path = join(tempFolder(), 'sls.db')
    const first = await openDatabase({ path })
    const store = eventTable(first)
    const { hub } = await start(store)
    for (const number of range(1, 10)) hub.emit(event(number))
    await hub.stop()
    await store.prune(0, 0, clock.nowMs() + 1)
    await first.close()
    const second = await start(eventTable(await database(path)))
    expect(second.hub.lastId()).toBe(10)
    expect(await second.hub.after(10, 10)).toEqual([])
    second.hub.emit(event(11))
    await second.hub.flush()
    expect(second.told.map(({ id }) => id)).toEqual([11])
  })

  it('asks the table where another process has written between', async () => {
    const { hub, store, told } = await build()
    hub.emit(event(1))
    await hub.flush()
    await store.append([event(2)])
    hub.emit(event(3))
    await hub.flush()
    expect(numbers(told)).toEqual([1, 3])
    expect(numbers(await hub.after(0, 10))).toEqual([1, 2, 3])
    expect(numbers(await hub.after(1, 10))).toEqual([2, 3])
    expect(numbers(await hub.after(2, 10))).toEqual([3])
  })

  it('tells everybody, whatever one of them does', async () => {
    const { hub, told, log } = await build()
    const late: StoredEvent[] = []
    hub.onStored(() => {
      throw new Error('a bad listener')
    })
    const leave = hub.onStored(events => void late.push(...events))
    hub.emit(event(1))
    await hub.flush()
    leave()
    hub.emit(event(2))
    await hub.flush()
    expect([numbers(told), numbers(late)]).toEqual([[1, 2], [1]])
    expect(log.from(50)).toHaveLength(2)
  })
})

describe('while the store fails', () => {
  it('what waits is kept in order, and stored when it can be', async () => {
    const failing = new FailingStore(eventTable(await database()))
    const { hub, told, log } = await start(failing.store)
    failing.failure = unavailable()
    hub.emit(event(1))
    await hub.flush()
    hub.emit(event(2))
    await hub.flush()
    expect(told).toEqual([])
    failing.failure = undefined
    hub.emit(event(3))
    await until(() => told.length === 3, { deadlineMs: 10_000, what: 'the events to be stored' })
    expect(numbers(told)).toEqual([1, 2, 3])
    expect(log.from(30).map(({ msg }) => msg)).toEqual([
      "events can't be stored: the disk is full",
      'events are stored again',
    ])
  })

  it('memory is bounded: refusals go first, then the oldest, and it is said', async () => {
    const failing = new FailingStore(eventTable(await database()))
    const { hub, told, log } = await start(failing.store, { capacity: 100 })
    failing.failure = unavailable()
    for (const number of range(1, 50)) hub.emit(event(number, { type: number % 2 ? 'refused' : 'play' }))
    await hub.flush()
    for (const number of range(51, 140)) hub.emit(event(number))
    failing.failure = undefined
    await hub.flush()
    const played = range(1, 50).filter(number => number % 2 === 0)
    expect(numbers(told)).toEqual([...played.slice(15), ...range(51, 140)])
    await hub.stop()
    const lost = log.lines.filter(({ msg }) => String(msg).startsWith('events were lost'))
    expect(lost.reduce((sum, { count }) => sum + Number(count), 0)).toBe(40)
    expect(lost.length).toBeLessThanOrEqual(2)
  })

  it('an event that can never be stored does not hold up the others', async () => {
    const { hub, told, log } = await build()
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    hub.emit(event(1))
    hub.emit(event(2, { data: loop }))
    for (const number of range(3, 20)) hub.emit(event(number))
    await until(() => told.length === 19, { deadlineMs: 10_000, what: 'the others to be stored' })
    expect(numbers(told)).toEqual([1, ...range(3, 20)])
    expect(log.from(50).map(({ msg }) => msg)).toEqual(['an event cannot be stored'])
    hub.emit(event(21))
    await hub.flush()
    expect(hub.lastId()).toBe(20)
  })
})

describe('the end', () => {
  it('stores what waits', async () => {
    const { hub, store } = await build()
    for (const number of range(1, 700)) hub.emit(event(number))
    await hub.stop()
    expect(numbers(await store.after(0, 1000))).toEqual(range(1, 700))
    hub.emit(event(701))
    await hub.flush()
    expect(await store.lastId()).toBe(700)
  })

  it('says how many could not be stored any more', async () => {
    const failing = new FailingStore(eventTable(await database()))
    const { hub, log } = await start(failing.store)
    failing.failure = unavailable()
    for (const number of range(1, 3)) hub.emit(event(number))
    await hub.stop()
    expect(log.lines.find(({ msg }) => String(msg).startsWith('events were lost'))).toMatchObject({
      count: 3,
    })
  })
})

describe('old events', () => {
  it('are deleted at the start, by age and by number', async () => {
    const store = eventTable(await database())
    const dayMs = 86_400_000
    await store.append(range(1, 20).map(number => event(number, { atMs: clock.nowMs() - 8 * dayMs })))
    await store.append(range(21, 60).map(number => event(number)))
    const { hub } = await start(store, { keep: () => ({ retentionDays: 7, limit: 30 }) })
    await hub.stop()
    expect(numbers(await store.after(0, 100))).toEqual(range(31, 60))
  })

  it('never are more than the limit and a tenth', async () => {
    const { hub, store } = await build({ keep: () => ({ retentionDays: 7, limit: 1000 }) })
    let most = 0
    for (let batch = 0; batch < 40; batch++) {
      for (const number of range(1, 90)) hub.emit(event(number))
      await hub.flush()
      await new Promise(resolve => setTimeout(resolve, 5))
      most = Math.max(most, (await store.after(0, 100_000)).length)
    }
    await hub.stop()
    expect(most).toBeLessThanOrEqual(1200)
    expect(await store.lastId()).toBe(3600)
    expect((await store.after(0, 100_000)).length).toBeGreaterThanOrEqual(1000)
  })
})
