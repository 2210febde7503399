import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { events } from '../../../src/store/events.ts'
import { webhookDeliveries } from '../../../src/store/webhook-deliveries.ts'
import { webhooks } from '../../../src/store/webhooks.ts'
import { wants } from '../../../src/webhooks/wants.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

async function open(): Promise<Database> {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  return database
}

const SECRETS = { secret: 'whsec_x', previousSecret: null, previousUntilMs: null }
const NEW = {
  ...{ url: 'https://hooks.example.com/', description: 'd', events: ['*'], players: [] as string[] },
  ...{ ...SECRETS, cursor: 5, createdMs: 1000 },
}
const DELIVERY = {
  ...{ webhookId: 1, eventId: 1, eventType: 'publish', attempt: 1 },
  ...{ atMs: 1.5, durationMs: 2.4, status: 200, error: null },
}

it('a webhook is what it was made and changed to', async () => {
  const store = webhooks(await open())
  const made = await store.add({ ...NEW, events: ['play', 'stop'], players: ['a', 'ä "b"'] })
  const progress = { isActive: true, pausedReason: null, attempt: 0, nextAttemptMs: 0, failingSinceMs: null }
  expect(made).toEqual({ ...NEW, ...progress, id: 1, events: ['play', 'stop'], players: ['a', 'ä "b"'] })
  const change = {
    players: [],
    previousSecret: 'old',
    previousUntilMs: 9,
    isActive: false,
    pausedReason: 'why',
  }
  expect(await store.change(1, change)).toEqual({ ...made, ...change })
  expect(await store.change(1, {})).toEqual({ ...made, ...change })
  const saved = { ...progress, cursor: 7, attempt: 2, nextAttemptMs: 12, failingSinceMs: 11 }
  await store.saveProgress(1, saved)
  expect(await store.get(1)).toEqual({ ...made, ...change, ...saved })
  expect(await store.all()).toEqual([await store.get(1)])
})

it('a webhook that is gone is known nowhere, and its id is never used again', async () => {
  const database = await open()
  const [store, deliveries] = [webhooks(database), webhookDeliveries(database)]
  await store.add(NEW)
  await deliveries.add(DELIVERY)
  expect(await store.remove(1)).toBe(true)
  expect(await store.remove(1)).toBe(false)
  expect([await store.get(1), await store.change(1, { attempt: 1 }), await store.all()]).toEqual([
    undefined,
    undefined,
    [],
  ])
  expect(await deliveries.add(DELIVERY)).toBeUndefined()
  expect(await deliveries.find(1, { limit: 10 })).toEqual([])
  expect((await store.add(NEW)).id).toBe(2)
})

it('of each webhook the newest 500 deliveries are kept, in pages', async () => {
  const database = await open()
  const [store, deliveries] = [webhooks(database), webhookDeliveries(database)]
  await store.add(NEW)
  await store.add(NEW)
  expect(await deliveries.add({ ...DELIVERY, webhookId: 2 })).toEqual({
    ...DELIVERY,
    ...{ id: 1, webhookId: 2, atMs: 2, durationMs: 2 },
  })
  for (let i = 0; i < 520; i++) await deliveries.add({ ...DELIVERY, attempt: i })
  const all = await deliveries.find(1, { limit: 1000 })
  expect(all.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 500 }, (_, i) => 519 - i))
  expect(await deliveries.find(2, { limit: 10 })).toHaveLength(1)
  const page = await deliveries.find(1, { limit: 3 })
  expect(page).toEqual(all.slice(0, 4))
  expect(await deliveries.find(1, { limit: 1, beforeId: page[2]?.id ?? 0 })).toEqual(all.slice(3, 5))
})

it('what waits for a webhook is what it wants', async () => {
  const database = await open()
  const store = webhooks(database)
  const table = events(database)
  const player = fc.constantFrom('a', 'b', 'c', '"', '%')
  const event = fc.record({
    type: fc.constantFrom('publish', 'play', 'stop'),
    player: fc.option(player),
    players: fc.uniqueArray(player, { maxLength: 3 }),
  })
  const plain = { atMs: 0, sessionId: null, data: {} }
  const all = await table.append(
    fc.sample(event, { numRuns: 200, seed: 7 }).map(each => ({ ...each, ...plain })),
  )
  const wish = fc.record({
    events: fc.oneof(
      fc.constant(['*']),
      fc.uniqueArray(fc.constantFrom('publish', 'play', 'x'), { minLength: 1 }),
    ),
    players: fc.uniqueArray(player, { maxLength: 2 }),
    cursor: fc.nat(200),
  })
  const counts = new Set<number>()
  await fc.assert(
    fc.asyncProperty(wish, async each => {
      const wanted = all.filter(({ id }) => id > each.cursor).filter(event => wants(each, event))
      const count = await store.pending(each, 1000)
      counts.add(count)
      expect(count).toBe(wanted.length)
    }),
  )
  expect(counts.size).toBeGreaterThan(10)
  expect(await store.pending({ events: ['*'], players: [], cursor: 0 }, 50)).toBe(50)
})
