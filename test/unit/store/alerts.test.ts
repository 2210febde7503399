import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { alertRules } from '../../../src/store/alert-rules.ts'
import { type Alerts, alerts, type NewAlert } from '../../../src/store/alerts.ts'
import { annotations } from '../../../src/store/annotations.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const DAY_MS = 86_400_000

async function open(): Promise<Database> {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  return database
}

const alert = (player: string, changes: Partial<NewAlert> = {}): NewAlert => ({
  ...{ ruleId: 1, name: 'Low', kind: 'bitrate_below', player, raisedMs: 1000, value: 740.5 },
  ...changes,
})

const players = async (store: Alerts, filter: Partial<Parameters<Alerts['find']>[0]> = {}) =>
  (await store.find({ isOpen: false, scope: null, limit: 100, ...filter })).map(({ player }) => player)

describe('alert rules', () => {
  it('are kept as they are, and changed, and removed', async () => {
    const store = alertRules(await open())
    const wish = {
      name: 'Slow',
      kind: 'rtt_above',
      player: null,
      threshold: 100.5,
      clearThreshold: 90,
    } as const
    const rule = await store.add({ ...wish, forS: 5, clearForS: 6, isActive: true }, 1234)
    expect(await store.all()).toEqual([rule])
    expect(rule).toMatchObject({ id: 1, createdMs: 1234, ...wish })
    const changed = { ...rule, player: 'live', isActive: false }
    expect([await store.update(1, changed), await store.update(2, changed)]).toEqual([true, false])
    expect(await store.all()).toEqual([changed])
    expect([await store.remove(1), await store.remove(1)]).toEqual([true, false])
    const next = await store.add({ ...wish, forS: 5, clearForS: 6, isActive: true }, 1234)
    expect(next.id).toBe(2)
  })

  it('of a kind that nobody knows are left out', async () => {
    const database = await open()
    const row = { name: 'x', kind: 'fire', player: null, for_s: 1, clear_for_s: 1, created_ms: 0 }
    await database.run(db => db.insertInto('alert_rules').values(row).execute())
    expect(await alertRules(database).all()).toEqual([])
  })
})

describe('alerts', () => {
  it('are raised in order, all or none, and never twice while they are open', async () => {
    const store = alerts(await open())
    const many = Array.from({ length: 2500 }, (_, i) => alert(`live${i}`))
    const raised = await store.raise(many)
    expect(raised.map(({ id }) => id)).toEqual(many.map((_, i) => i + 1))
    await expect(store.raise([alert('other'), alert('live7')])).rejects.toThrow()
    expect(await store.open()).toEqual(raised)
    await store.clear([{ id: 8, clearedMs: 5000 }])
    expect(await store.open()).toHaveLength(2499)
    const [again] = await store.raise([alert('live7')])
    expect(again?.id).toBeGreaterThan(2500)
    expect(await store.find({ isOpen: true, scope: { players: ['live7'] }, limit: 5 })).toEqual([again])
  })

  it('are found newest first, within a scope, in pages', async () => {
    const store = alerts(await open())
    await store.raise(['a_1', 'a%1', 'b_1', 'A_2'].map(player => alert(player)))
    await store.clear([{ id: 1, clearedMs: 2000 }])
    expect(await players(store)).toEqual(['A_2', 'b_1', 'a%1', 'a_1'])
    expect(await players(store, { isOpen: true })).toEqual(['A_2', 'b_1', 'a%1'])
    expect(await players(store, { scope: { prefix: 'a_' } })).toEqual(['a_1'])
    expect(await players(store, { scope: { players: ['b_1', 'c'] } })).toEqual(['b_1'])
    expect(await players(store, { limit: 1 })).toEqual(['A_2', 'b_1'])
    expect(await players(store, { beforeId: 3 })).toEqual(['a%1', 'a_1'])
  })

  it('that are over go by age and number, open ones stay', async () => {
    const store = alerts(await open())
    await store.raise(['a', 'b', 'c', 'd', 'e'].map(player => alert(player)))
    const ended = [1, 2, 3, 4].map(id => ({ id, clearedMs: id === 2 ? 0 : 50 * DAY_MS }))
    await store.clear(ended)
    const prune = (most: number) => store.prune({ retentionDays: 90, most, nowMs: 91 * DAY_MS })
    expect(await prune(10)).toBe(1)
    expect(await players(store)).toEqual(['e', 'd', 'c', 'a'])
    expect(await prune(2)).toBe(1)
    expect(await prune(2)).toBe(0)
    expect(await players(store)).toEqual(['e', 'd', 'c'])
    expect(await prune(0)).toBe(2)
    expect(await players(store)).toEqual(['e'])
  })
})

describe('annotations', () => {
  it('are at most 10,000, the oldest go', async () => {
    const database = await open()
    const store = annotations(database)
    const row = (i: number) => ({
      player: `p${i % 20}`,
      at_ms: 0,
      until_ms: null,
      text: String(i),
      author: '',
    })
    const rows = Array.from({ length: 10_000 }, (_, i) => row(i))
    for (let i = 0; i < rows.length; i += 1000)
      await database.run(db =>
        db
          .insertInto('annotations')
          .values(rows.slice(i, i + 1000))
          .execute(),
      )
    const note = { player: null, atMs: 5, untilMs: 6, text: 'new', author: 'me' }
    const added = await store.add(note)
    const all = await store.find({ scope: null, limit: 20_000 })
    expect(all).toHaveLength(10_000)
    expect(all[0]).toEqual({ ...note, id: added.id })
    expect(all.at(-1)?.text).toBe('1')
    expect(await store.find({ scope: { prefix: 'p1' }, player: null, limit: 5 })).toEqual([])
  })
})
