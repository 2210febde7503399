import { describe, expect, it } from 'vitest'
import { AlertWorld } from './world.ts'

describe('clocks', () => {
  it('may be set as they please while a condition holds', async () => {
    const world = await AlertWorld.open()
    await world.add()
    world.publish('cam', { rateKbps: 1 })
    await world.pass(2)
    world.clock.setWallClock(world.clock.nowMs() + 86_400_000)
    await world.pass(1)
    expect(world.told()).toEqual([])
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
    world.clock.setWallClock(world.clock.nowMs() - 10 * 86_400_000)
    world.publish('cam', { rateKbps: 2000 })
    await world.pass(3)
    expect(world.events).toMatchObject([{ data: { raised_s: 3 } }])
    const [alert] = await world.all()
    expect(alert?.clearedMs).toBe(alert?.raisedMs)
  })

  it('do not count the time in which nobody looked', async () => {
    const world = await AlertWorld.open()
    await world.add({ forS: 10 })
    world.publish('cam', { rateKbps: 1 })
    await world.pass(1)
    world.clock.advance(3_600_000)
    await world.evaluator.tick()
    expect(world.told()).toEqual([])
    await world.pass(7)
    expect(world.told()).toEqual([])
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
  })
})

describe('a restart', () => {
  it('neither raises again nor forgets to clear', async () => {
    const world = await AlertWorld.open()
    await world.add()
    world.publish('cam', { rateKbps: 1 })
    await world.pass(4)
    world.told()
    await world.restart()
    // The publisher takes a while to come back.
    const cam = world.live.get('cam')
    world.live.clear()
    await world.pass(20)
    world.publish('cam', { ...cam, connectionId: 7 })
    await world.pass(20)
    expect(world.told()).toEqual([])
    expect(await world.all()).toHaveLength(1)
    world.publish('cam', { rateKbps: 5000 })
    await world.pass(3)
    expect(world.events).toMatchObject([{ type: 'alert.cleared', data: { raised_s: 43 } }])
  })

  it('ends the alerts of publishers that never come back, and of rules that went meanwhile', async () => {
    const world = await AlertWorld.open()
    await world.add()
    const second = await world.add({ name: 'Second' })
    world.publish('cam', { rateKbps: 1 })
    await world.pass(4)
    world.told()
    await world.database.run(db => db.deleteFrom('alert_rules').where('id', '=', second.id).execute())
    world.live.clear()
    await world.restart()
    await world.pass(1)
    expect(world.events).toMatchObject([{ type: 'alert.cleared', data: { name: 'Second' } }])
    world.told()
    await world.pass(28)
    expect(world.told()).toEqual([])
    await world.pass(5)
    expect(world.told()).toEqual(['cleared live'])
  })

  it('goes on missing a stream that was missed', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'offline', threshold: 0, clearThreshold: 0, player: null })
    world.publish('cam')
    await world.pass(1)
    world.live.clear()
    await world.pass(4)
    world.told()
    await world.restart()
    await world.pass(50)
    expect(world.told()).toEqual([])
    expect(await world.open()).toHaveLength(1)
    world.publish('cam')
    await world.pass(3)
    expect(world.told()).toEqual(['cleared live'])
  })
})

describe('a database that fails', () => {
  it('is tried again, logged once, and nothing is told that is not written', async () => {
    const world = await AlertWorld.open()
    await world.add()
    world.publish('cam', { rateKbps: 1 })
    world.isStoreBroken = true
    await world.pass(8)
    expect(world.told()).toEqual([])
    expect(world.log.from(50)).toHaveLength(1)
    world.isStoreBroken = false
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
    world.publish('cam', { rateKbps: 2000 })
    world.isStoreBroken = true
    await world.pass(8)
    expect(world.told()).toEqual([])
    world.isStoreBroken = false
    await world.pass(1)
    expect(world.told()).toEqual(['cleared live'])
    expect(world.log.from(50)).toHaveLength(2)
  })

  it('does not keep the alerts of a deleted rule open', async () => {
    const world = await AlertWorld.open()
    const rule = await world.add()
    world.publish('cam', { rateKbps: 1 })
    await world.pass(4)
    world.told()
    world.isStoreBroken = true
    await world.desk.remove(rule.id)
    expect(world.told()).toEqual([])
    world.isStoreBroken = false
    await world.pass(1)
    expect(world.told()).toEqual(['cleared live'])
  })
})

describe('many streams', () => {
  it('all at once are written and told, each once', async () => {
    const world = await AlertWorld.open()
    for (let i = 0; i < 3000; i += 1) {
      world.pairs.set(`cam${i}`, [`live${i}`])
      world.publish(`cam${i}`, { rateKbps: 1 })
    }
    await world.add({ player: null })
    await world.pass(6)
    expect(new Set(world.told()).size).toBe(3000)
    expect(await world.open()).toHaveLength(3000)
    world.live.clear()
    world.clock.advance(1000)
    for (let i = 0; i < 30; i += 1) await world.pass(1)
    expect(new Set(world.told()).size).toBe(3000)
    expect(await world.open()).toEqual([])
  })

  it('stop at as many open alerts as may be, with one warning, and go on when some are over', async () => {
    const world = await AlertWorld.open()
    world.mostOpen = 3
    await world.restart()
    for (const i of [1, 2, 3, 4, 5]) {
      world.pairs.set(`cam${i}`, [`live${i}`])
      world.publish(`cam${i}`, { rateKbps: 1 })
    }
    await world.add({ player: null })
    await world.pass(9)
    expect(world.told()).toEqual(['raised live1', 'raised live2', 'raised live3'])
    expect(world.log.from(40)).toHaveLength(1)
    world.publish('cam2', { rateKbps: 9000 })
    await world.pass(4)
    expect(world.told()).toEqual(['cleared live2', 'raised live4'])
  })
})
