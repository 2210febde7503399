import { describe, expect, it } from 'vitest'
import { AlertWorld } from './world.ts'

describe('a rule about the bitrate', () => {
  it('raises when the condition has held, and clears when its opposite has', async () => {
    const world = await AlertWorld.open()
    const rule = await world.add()
    world.publish('cam', { rateKbps: 999 })
    await world.pass(3)
    expect(world.told()).toEqual([])
    await world.pass(1)
    const [alert] = await world.open()
    expect(alert).toMatchObject({ ruleId: rule.id, name: 'Low', player: 'live', value: 999, clearedMs: null })
    expect(world.events).toEqual([
      {
        atMs: world.clock.nowMs(),
        type: 'alert.raised',
        player: 'live',
        players: ['live'],
        sessionId: null,
        data: {
          alert_id: alert?.id,
          rule_id: rule.id,
          name: 'Low',
          kind: 'bitrate_below',
          threshold: 1000,
          value: 999,
        },
      },
    ])
    await world.pass(10)
    world.events.length = 0
    world.publish('cam', { rateKbps: 1100 })
    await world.pass(2)
    expect(world.told()).toEqual([])
    await world.pass(1)
    expect(world.events).toMatchObject([
      { type: 'alert.cleared', data: { alert_id: alert?.id, raised_s: 13, value: 1100 } },
    ])
    expect(await world.open()).toEqual([])
    expect(await world.all()).toMatchObject([{ id: alert?.id, clearedMs: world.clock.nowMs() }])
  })

  it('begins anew when the condition was over in between', async () => {
    const world = await AlertWorld.open()
    await world.add()
    for (const rateKbps of [900, 1000, 900]) {
      world.publish('cam', { rateKbps })
      await world.pass(3)
    }
    expect(await world.all()).toEqual([])
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
  })

  it('stays raised between the thresholds, and begins to clear anew after a relapse', async () => {
    const world = await AlertWorld.open()
    await world.add()
    world.publish('cam', { rateKbps: 500 })
    await world.pass(4)
    for (const rateKbps of [1099, 1100, 1099, 1200, 500, 1100]) {
      world.publish('cam', { rateKbps })
      await world.pass(2)
    }
    expect(world.told()).toEqual(['raised live'])
    await world.pass(1)
    expect(world.told()).toEqual(['cleared live'])
  })

  it('says nothing of a stream that is offline, and clears when it goes', async () => {
    const world = await AlertWorld.open()
    await world.add()
    await world.pass(40)
    expect(world.told()).toEqual([])
    world.publish('cam', { rateKbps: 10 })
    await world.pass(4)
    world.live.clear()
    await world.pass(2)
    expect(world.told()).toEqual(['raised live'])
    await world.pass(1)
    expect(world.events).toMatchObject([{ type: 'alert.cleared', data: { value: null } }])
  })

  it('takes the newcomer when a stream has two publishers', async () => {
    const world = await AlertWorld.open()
    await world.add()
    world.publish('cam', { connectionId: 9, rateKbps: 5000 })
    const { cam, other } = { cam: world.live.get('cam'), other: 'leaving' }
    if (cam === undefined) throw new Error('not live')
    world.live.set(other, { ...cam, connectionId: 8, rateKbps: 1 })
    await world.pass(6)
    expect(world.told()).toEqual([])
  })

  it('asks every stream when it names no player, and tells of each player by itself', async () => {
    const world = await AlertWorld.open()
    world.pairs.set('cam', ['live', 'backup'])
    world.pairs.set('good', ['fine'])
    await world.add({ player: null })
    world.publish('cam', { rateKbps: 1 })
    world.publish('good')
    await world.pass(4)
    expect(world.told()).toEqual(['raised live', 'raised backup'])
    world.pairs.set('cam', ['live'])
    await world.pass(1)
    expect(world.told()).toEqual(['cleared backup'])
  })
})

describe('rules about the line', () => {
  it('wait for a round trip time before they judge it', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'rtt_above', threshold: 100, clearThreshold: 90 })
    world.publish('cam', { rttMs: 0 })
    await world.pass(10)
    world.publish('cam', { rttMs: 100.04 })
    await world.pass(10)
    expect(world.told()).toEqual([])
    world.publish('cam', { rttMs: 100.06 })
    await world.pass(4)
    expect(await world.open()).toMatchObject([{ value: 100.1 }])
    world.publish('cam', { rttMs: 0 })
    await world.pass(10)
    expect(world.told()).toEqual(['raised live'])
    world.publish('cam', { rttMs: 90 })
    await world.pass(3)
    expect(world.told()).toEqual(['cleared live'])
  })

  it('count the losses of ten seconds, whatever was before', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'loss_above', threshold: 2, clearThreshold: 1, forS: 1, clearForS: 1 })
    let [packets, packetsLost] = [1_000_000, 500_000]
    const second = async (lost: number) => {
      packets += 100
      packetsLost += lost
      world.publish('cam', { packets, packetsLost })
      await world.pass(1)
    }
    for (let i = 0; i < 15; i += 1) await second(1)
    expect(world.told()).toEqual([])
    for (let i = 0; i < 4; i += 1) await second(5)
    // Six seconds with one lost and four with five lost, of a hundred each.
    expect(await world.open()).toMatchObject([{ value: 2.6 }])
    for (let i = 0; i < 8; i += 1) await second(0)
    expect(world.told()).toEqual(['raised live'])
    await second(0)
    expect(world.told()).toEqual(['cleared live'])
  })

  it('do not take a publisher that came back for the one that was', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'loss_above', threshold: 2, clearThreshold: 1, forS: 1, clearForS: 1 })
    world.publish('cam', { packets: 10, packetsLost: 0 })
    await world.pass(2)
    world.publish('cam', { connectionId: 2, packets: 1000, packetsLost: 900 })
    await world.pass(5)
    expect(world.told()).toEqual([])
  })

  it('say nothing of losses while nothing is sent', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'loss_above', threshold: 0, clearThreshold: 0, forS: 1, clearForS: 1 })
    world.publish('cam', { rateKbps: 0 })
    await world.pass(20)
    expect(world.told()).toEqual([])
  })
})

describe('a rule about silence', () => {
  it('raises when a publisher sends nothing, and clears when it sends again', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'stalled', threshold: 0, clearThreshold: 0, forS: 5 })
    world.publish('cam')
    await world.pass(10)
    world.publish('cam', { rateKbps: 0 })
    await world.pass(4)
    expect(world.told()).toEqual([])
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
    expect(await world.open()).toMatchObject([{ value: 5 }])
    world.publish('cam', { rateKbps: 100 })
    await world.pass(3)
    expect(world.told()).toEqual(['cleared live'])
  })

  it('lets a publisher send a packet now and then', async () => {
    const world = await AlertWorld.open()
    await world.add({ kind: 'stalled', threshold: 0, clearThreshold: 0, forS: 3 })
    for (let i = 0; i < 10; i += 1) {
      world.publish('cam', { rateKbps: 0 })
      await world.pass(1)
      world.publish('cam', { rateKbps: 1 })
      await world.pass(1)
    }
    expect(world.told()).toEqual([])
  })
})

describe('a rule about absence', () => {
  const OFFLINE = { kind: 'offline', threshold: 0, clearThreshold: 0 } as const

  it('of one player raises whether it was live or not, once the player exists', async () => {
    const world = await AlertWorld.open()
    await world.add({ ...OFFLINE, player: 'later' })
    await world.pass(10)
    expect(world.told()).toEqual([])
    world.pairs.set('other', ['later'])
    await world.pass(4)
    expect(world.told()).toEqual(['raised later'])
    expect(await world.open()).toMatchObject([{ value: null }])
    world.publish('other')
    await world.pass(3)
    expect(world.told()).toEqual(['cleared later'])
  })

  it('of all streams raises for those that were live since it was made', async () => {
    const world = await AlertWorld.open()
    world.pairs.set('other', ['second'])
    world.pairs.set('never', ['third'])
    await world.add({ ...OFFLINE, player: null })
    world.publish('cam')
    await world.pass(1)
    world.live.clear()
    await world.pass(3)
    await world.add({ ...OFFLINE, player: null, name: 'Made later' })
    world.publish('other')
    await world.pass(1)
    expect(world.told()).toEqual(['raised live'])
    world.live.clear()
    await world.pass(4)
    expect(world.told()).toEqual(['raised second', 'raised second'])
    expect((await world.open()).map(({ name, player }) => `${name} ${player}`)).toEqual([
      'Made later second',
      'Low second',
      'Low live',
    ])
  })
})

describe('what ends an alert', () => {
  const raised = async () => {
    const world = await AlertWorld.open()
    const rule = await world.add()
    world.publish('cam', { rateKbps: 1 })
    await world.pass(4)
    expect(world.told()).toEqual(['raised live'])
    return { world, rule }
  }

  it('the deletion of the stream ID, told once', async () => {
    const { world } = await raised()
    world.pairs.clear()
    await world.pass(2)
    expect(world.told()).toEqual(['cleared live'])
    expect(await world.open()).toEqual([])
  })

  it('the deletion of the rule; the alert stays in the list', async () => {
    const { world, rule } = await raised()
    expect(await world.desk.remove(rule.id)).toBe(true)
    expect(world.told()).toEqual(['cleared live'])
    expect(await world.open()).toEqual([])
    expect(await world.all()).toMatchObject([{ ruleId: rule.id, name: 'Low', kind: 'bitrate_below' }])
  })

  it.each([
    [{ isActive: false }, ['cleared live']],
    [{ kind: 'stalled', threshold: 0, clearThreshold: 0 } as const, ['cleared live']],
    [{ player: null }, ['cleared live']],
    [{ forS: 100, threshold: 900 }, []],
    [{ name: 'Renamed' }, []],
  ])('or not, of the change %j', async (changes, told) => {
    const { world, rule } = await raised()
    await world.desk.change(rule.id, old => ({ ...old, ...changes }))
    expect(world.told()).toEqual(told)
    await world.pass(2)
    expect(world.told()).toEqual([])
  })

  it('a new threshold that is met', async () => {
    const { world, rule } = await raised()
    await world.desk.change(rule.id, old => ({ ...old, threshold: 0.5, clearThreshold: 1 }))
    await world.pass(3)
    expect(world.told()).toEqual(['cleared live'])
  })
})
