import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent, Route } from '../../src/engine/contract.ts'
import { until } from '../support/wait.ts'
import { type Driver, ENGINE_SPEC, fakeDriver, nativeDriver } from './driver.ts'

const ROUTES: Route[] = [
  { role: 'publish', streamId: 'cam', streamKey: 'cam' },
  { role: 'play', streamId: 'view', streamKey: 'cam' },
  { role: 'play', streamId: '#!::r=odd', streamKey: 'cam' },
  { role: 'publish', streamId: 'cam2', streamKey: 'cam2' },
]

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>

describe.each([
  ['fake', fakeDriver],
  ['native', nativeDriver],
])('engine contract, %s', (_, makeDriver) => {
  let driver: Driver

  const eventsOf = <Type extends EngineEvent['type']>(type: Type) =>
    driver.events.filter((event): event is EventOf<Type> => event.type === type)
  const eventually = <T>(what: string, condition: () => T) => until(condition, { deadlineMs: 10_000, what })
  const code = (call: () => unknown): unknown => {
    try {
      call()
      return 'nothing was thrown'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }

  function open() {
    driver.engine.open(driver.publishSpec)
    driver.engine.open(driver.playSpec)
  }

  async function openWithRoutes() {
    open()
    driver.engine.setRoutes(1, ROUTES)
  }

  beforeEach(async () => {
    driver = await makeDriver()
  })
  afterEach(() => driver.end())

  it('refuses everybody before the first table, and again when it drains', async () => {
    open()
    expect((await driver.connect('publish', 'cam')).refused).toBe('not-ready')
    driver.engine.setRoutes(1, ROUTES)
    const publisher = await driver.connect('publish', 'cam')
    expect(publisher.refused).toBe(undefined)
    driver.engine.drain()
    driver.engine.setRoutes(2, ROUTES)
    expect((await driver.connect('play', 'view')).refused).toBe('not-ready')
    expect(publisher.isGone()).toBe(false)
  })

  it('refuses with the reason, and counts it in an event', async () => {
    await openWithRoutes()
    expect((await driver.connect('play', '')).refused).toBe('malformed')
    expect((await driver.connect('play', 'nobody')).refused).toBe('unknown-stream-id')
    expect((await driver.connect('play', 'cam')).refused).toBe('forbidden')
    expect((await driver.connect('play', '#!::r=view,m=publish')).refused).toBe('forbidden')
    expect((await driver.connect('play', 'view')).refused).toBe('not-live')
    await driver.connect('publish', 'cam')
    expect((await driver.connect('publish', '#!::r=cam,m=publish')).refused).toBe('duplicate-publisher')
    await eventually(
      'six refusals',
      () => eventsOf('refused').reduce((sum, event) => sum + event.count, 0) >= 6,
    )
    expect(eventsOf('refused').find(event => event.reason === 'forbidden')).toMatchObject({
      listener: driver.playSpec.name,
      count: 2,
    })
  })

  it('finds the route in every notation and reports its own stream ID', async () => {
    await openWithRoutes()
    await driver.connect('publish', 'publish/cam')
    await driver.connect('play', '#!::m=request,r=view')
    await driver.connect('play', 'play/view')
    await driver.connect('play', '#!::r=odd')
    const connected = await eventually('four connections', () => {
      const events = eventsOf('connected')
      return events.length === 4 ? events : undefined
    })
    expect(connected.map(event => event.streamId)).toEqual(['cam', 'view', 'view', '#!::r=odd'])
    expect(new Set(connected.map(event => event.streamKey))).toEqual(new Set(['cam']))
    expect(new Set(connected.map(event => event.connectionId)).size).toBe(4)
    expect(connected[0]).toMatchObject({
      listener: driver.publishSpec.name,
      role: 'publish',
      latencyMs: 60,
      encrypted: false,
    })
    expect(connected[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  it('numbers its events without a gap', async () => {
    await openWithRoutes()
    await driver.connect('publish', 'cam')
    await driver.connect('play', 'nobody')
    await eventually('events', () => eventsOf('refused').length > 0)
    const numbers = driver.events.map(event => event.seq)
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
  })

  it('shows in its snapshot what lives, with totals that rise', async () => {
    await openWithRoutes()
    await driver.connect('publish', 'cam')
    await driver.connect('play', 'view')
    const both = await eventually('a snapshot with traffic', () => {
      const { connections, routesVersion } = driver.engine.snapshot()
      expect(routesVersion).toBe(1)
      return connections.length === 2 && connections.every(c => c.packets > 20) ? connections : undefined
    })
    expect(both.map(connection => connection.role).sort()).toEqual(['play', 'publish'])
    const later = await eventually('more traffic', () => {
      const { connections } = driver.engine.snapshot()
      return connections.every((c, i) => c.packets > (both[i]?.packets ?? 0)) ? connections : undefined
    })
    expect(later.length).toBe(2)
    for (const connection of later) {
      expect(connection.lastDataAtMs).toBeGreaterThan(connection.connectedAtMs - 1)
      expect(connection.bytes).toBeGreaterThan(0)
      expect(connection.wireBytes).toBeGreaterThanOrEqual(connection.bytes)
      expect(connection.rateKbps).toBeGreaterThan(0)
    }
  })

  it('gives a stream over to a newcomer when its publisher is silent, and keeps the players', async () => {
    await openWithRoutes()
    const first = await driver.connect('publish', 'cam')
    const player = await driver.connect('play', 'view')
    await driver.silence(first, true)
    const newcomer = await until(
      async () => {
        const client = await driver.connect('publish', 'cam')
        return client.refused === undefined ? client : undefined
      },
      { deadlineMs: 10_000, what: 'the newcomer to be admitted', everyMs: 50 },
    )
    await eventually('the old one to be replaced', () =>
      eventsOf('disconnected').some(e => e.reason === 'replaced'),
    )
    expect(newcomer.isGone()).toBe(false)
    expect(player.isGone()).toBe(false)
  })

  it('keeps players while the publisher is away, then ends them as idle', async () => {
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    const player = await driver.connect('play', 'view')
    await eventually('two connections', () => eventsOf('connected').length === 2)
    await publisher.close()
    await eventually('the publisher to be gone', () => eventsOf('disconnected').length === 1)
    const late = await driver.connect('play', 'view')
    expect(late.refused).toBe(undefined)
    await eventually(
      'the players to end',
      () => eventsOf('disconnected').filter(e => e.reason === 'idle').length === 2,
    )
    await eventually('them to notice', () => player.isGone() && late.isGone())
    expect((await driver.connect('play', 'view')).refused).toBe('not-live')
  })

  it('kicks by id', async () => {
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    const connected = await eventually('the connection', () => eventsOf('connected')[0])
    expect(driver.engine.kick(connected.connectionId)).toBe(true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'kicked')
    await eventually('it to notice', () => publisher.isGone())
    expect(driver.engine.kick(connected.connectionId)).toBe(false)
    expect(driver.engine.kick(424_242)).toBe(false)
  })

  it('parks who needs approval, until decide()', async () => {
    driver.publishSpec.approval = 'ask'
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    const asked = await eventually('the question', () => eventsOf('approval-wanted')[0])
    expect(driver.engine.snapshot().connections).toEqual([])
    expect((await driver.connect('play', 'view')).refused).toBe('not-live')
    expect(driver.engine.decide(asked.connectionId, 'admit')).toBe(true)
    await eventually('it to be connected', () => eventsOf('connected').length === 1)
    expect(publisher.isGone()).toBe(false)

    await driver.connect('publish', 'cam2')
    const second = await eventually('the second question', () => eventsOf('approval-wanted')[1])
    expect(driver.engine.decide(second.connectionId, 'refuse')).toBe(true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'refused')
    expect(driver.engine.decide(second.connectionId, 'admit')).toBe(false)
  })

  it('refuses who is parked for too long', async () => {
    driver.publishSpec.approval = 'ask'
    driver.publishSpec.approvalTimeoutMs = 200
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'refused')
    await eventually('it to notice', () => publisher.isGone())
  })

  it('refuses the fifth of four', async () => {
    await openWithRoutes()
    await driver.connect('publish', 'cam')
    for (let i = 0; i < ENGINE_SPEC.maxConnections - 1; i++) await driver.connect('play', 'view')
    await eventually('all of them', () => eventsOf('connected').length === ENGINE_SPEC.maxConnections)
    expect((await driver.connect('play', 'view')).refused).toBe('overload')
  })

  it('closes who negotiated more than the ceiling', async () => {
    driver.publishSpec.latencyMaxMs = 50
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'latency')
    await eventually('it to notice', () => publisher.isGone())
  })

  it('applies another policy to an open listener and its connections', async () => {
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    expect(
      driver.engine.configure(driver.publishSpec.name, { ...driver.publishSpec, idleTimeoutMs: 300 }),
    ).toBe(true)
    expect(driver.engine.configure('nobody', driver.publishSpec)).toBe(false)
    await driver.silence(publisher, true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'idle')
  })

  it('keeps connections when their listener closes, and opens the port again at once', async () => {
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    expect(driver.engine.close(driver.publishSpec.name)).toBe(true)
    expect(driver.engine.close(driver.publishSpec.name)).toBe(false)
    driver.engine.open({ ...driver.publishSpec, latencyMinMs: 400 })
    await driver.connect('publish', 'cam2')
    const second = await eventually('the second', () => eventsOf('connected')[1])
    expect(second.latencyMs).toBe(400)
    expect(publisher.isGone()).toBe(false)
  })

  it('replaces the table whole', async () => {
    await openWithRoutes()
    driver.engine.setRoutes(2, [{ role: 'publish', streamId: 'other', streamKey: 'other' }])
    expect((await driver.connect('publish', 'cam')).refused).toBe('unknown-stream-id')
    expect((await driver.connect('publish', 'other')).refused).toBe(undefined)
    expect(driver.engine.snapshot().routesVersion).toBe(2)
  })

  it('says by code what it cannot open', async () => {
    await openWithRoutes()
    expect(code(() => driver.engine.open({ ...driver.publishSpec, port: driver.publishSpec.port + 1 }))).toBe(
      'SRT_BIND',
    )
    expect(code(() => driver.engine.open({ ...driver.playSpec, name: 'x', host: 'no address' }))).toBe(
      'SRT_BIND',
    )
    const short = { ...driver.playSpec, name: 'y', port: driver.playSpec.port + 1, passphrase: 'short' }
    expect(code(() => driver.engine.open(short))).toBe('SRT_OPTION')
  })

  it('ends everybody when it stops, twice is fine, and then every call throws', async () => {
    await openWithRoutes()
    const publisher = await driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    await Promise.all([driver.engine.stop(), driver.engine.stop()])
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'stopping')
    await eventually('it to notice', () => publisher.isGone())
    const { engine } = driver
    const calls = [
      () => engine.snapshot(),
      () => engine.setRoutes(9, []),
      () => engine.open(driver.publishSpec),
      () => engine.close('x'),
      () => engine.kick(1),
      () => engine.decide(1, 'admit'),
      () => engine.drain(),
      () => engine.configure('x', driver.publishSpec),
    ]
    expect(calls.map(code)).toEqual(calls.map(() => 'ENGINE_STOPPED'))
    await engine.stop()
  })
})
