import { describe, expect, it } from 'vitest'
import type { EngineEvent, ListenerSpec } from '../../../src/engine/contract.ts'
import { ENGINE_SPEC, listenerSpec, TestClock } from '../../support/build.ts'
import { FakeEngine } from '../../support/fake-engine.ts'
import type { FakePeer } from '../../support/fake-peer.ts'

const ROUTES = [
  { role: 'publish', streamId: 'pub', streamKey: 'pub' },
  { role: 'play', streamId: 'view', streamKey: 'pub' },
] as const

function build(policy: Partial<ListenerSpec> = {}, maxConnections = 100) {
  const clock = new TestClock()
  const events: EngineEvent[] = []
  const engine = new FakeEngine({ ...ENGINE_SPEC, maxConnections }, batch => events.push(...batch), clock)
  engine.open(listenerSpec('publish', 4001, policy))
  engine.open(listenerSpec('play', 4000, policy))
  const connect = (streamId: string, changes: Partial<FakePeer> = {}) =>
    engine.connect({ listener: 'publish:4001', streamId, ...changes })
  const play = (streamId: string) => connect(streamId, { listener: 'play:4000' })
  const settled = () => new Promise(resolve => setImmediate(resolve))
  return { clock, engine, events, connect, play, settled }
}

const idOf = (result: ReturnType<FakeEngine['connect']>) => {
  if ('refused' in result) throw new Error(result.refused)
  return result.connectionId
}

describe('FakeEngine', () => {
  it('lets nobody in before the first table, nor while draining', () => {
    const { engine, connect } = build()
    expect(connect('pub')).toEqual({ refused: 'not-ready' })
    engine.setRoutes(1, ROUTES)
    engine.drain()
    engine.setRoutes(2, ROUTES)
    expect(connect('pub')).toEqual({ refused: 'not-ready' })
  })

  it.each([
    ['pub', true],
    ['publish/pub', true],
    ['#!::r=pub,m=publish', true],
    ['#!::u=me,r=pub', true],
    ['#!::r=pub,m=request', 'forbidden'],
    ['play/pub', 'forbidden'],
    ['view', 'forbidden'],
    ['#!::m=publish', 'malformed'],
    ['#!::r=pub,m=both', 'malformed'],
    ['#!:{r=pub}', 'malformed'],
    ['', 'malformed'],
    ['a\u0001', 'malformed'],
    ['é'.repeat(257), 'malformed'],
    ['nobody', 'unknown-stream-id'],
  ])('admits a publisher as %j: %s', (streamId, expected) => {
    const { engine, connect } = build()
    engine.setRoutes(1, ROUTES)
    const result = connect(streamId)
    expect(result).toEqual(expected === true ? { connectionId: 1 } : { refused: expected })
    const ids = engine.snapshot().connections.map(connection => connection.streamId)
    expect(ids).toEqual(expected === true ? ['pub'] : [])
  })

  it('knows a stream from its publisher until the end of its linger', async () => {
    const { engine, connect, play, clock, events, settled } = build({ lingerMs: 1000 })
    engine.setRoutes(1, ROUTES)
    expect(play('view')).toEqual({ refused: 'not-live' })
    const publisher = idOf(connect('pub'))
    expect(connect('pub')).toEqual({ refused: 'duplicate-publisher' })
    const player = idOf(play('view'))
    engine.disconnect(publisher)
    clock.advance(999)
    engine.tick()
    expect(engine.isConnected(player)).toBe(true)
    const returned = idOf(connect('pub'))
    clock.advance(999)
    engine.tick()
    expect(engine.isConnected(player)).toBe(true)
    engine.kick(returned)
    clock.advance(1000)
    engine.tick()
    await settled()
    const reasons = events.flatMap(event => (event.type === 'disconnected' ? [event.reason] : []))
    expect(reasons).toEqual(['peer', 'kicked', 'idle'])
  })

  it('lets a newcomer take over from a silent publisher', async () => {
    const { engine, connect, clock, events, settled } = build({ takeoverAfterMs: 1000 })
    engine.setRoutes(1, ROUTES)
    const first = idOf(connect('pub'))
    clock.advance(900)
    engine.feed(first, { bytes: 1316, packets: 1 })
    clock.advance(999)
    expect(connect('pub')).toEqual({ refused: 'duplicate-publisher' })
    clock.advance(1)
    const second = idOf(connect('pub'))
    expect(engine.snapshot().connections.map(({ connectionId }) => connectionId)).toEqual([second])
    await settled()
    expect(events.find(event => event.type === 'disconnected')).toMatchObject({
      connectionId: first,
      reason: 'replaced',
      durationMs: 1900,
      bytes: 1316,
    })
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  })

  it('asks for approval, and does without it not for ever', async () => {
    const { engine, connect, clock, events, settled } = build({ approval: 'ask', approvalTimeoutMs: 500 })
    engine.setRoutes(1, ROUTES)
    const [admitted, refused] = [idOf(connect('pub')), idOf(connect('pub'))]
    expect(engine.snapshot().connections).toEqual([])
    expect(engine.decide(admitted, 'admit')).toBe(true)
    expect(engine.decide(refused, 'refuse')).toBe(true)
    expect(engine.decide(refused, 'admit')).toBe(false)
    expect(engine.snapshot().connections.length).toBe(1)
    engine.disconnect(admitted)
    const late = idOf(connect('pub'))
    clock.advance(500)
    engine.tick()
    expect(engine.isConnected(late)).toBe(false)
    clock.advance(1000)
    engine.tick()
    await settled()
    expect(events.filter(event => event.type === 'refused')).toMatchObject([
      { reason: 'forbidden', count: 2 },
    ])
  })

  it('enforces latency, silence and capacity', async () => {
    const { engine, connect, clock, events, settled } = build({ latencyMaxMs: 2000, idleTimeoutMs: 3000 }, 1)
    engine.setRoutes(1, [...ROUTES, { role: 'publish', streamId: 'b', streamKey: 'b' }])
    expect(engine.isConnected(idOf(connect('pub', { latencyMs: 2001 })))).toBe(false)
    const publisher = idOf(connect('pub', { latencyMs: 2000 }))
    expect(connect('b')).toEqual({ refused: 'overload' })
    clock.advance(3000)
    engine.tick()
    expect(engine.isConnected(publisher)).toBe(false)
    await settled()
    const reasons = events.flatMap(event => (event.type === 'disconnected' ? [event.reason] : []))
    expect(reasons).toEqual(['latency', 'idle'])
  })

  it('follows configure(), also for live connections', () => {
    const { engine, connect, clock } = build({ takeoverAfterMs: 1000 })
    engine.setRoutes(1, ROUTES)
    connect('pub')
    clock.advance(1000)
    expect(engine.configure('publish:4001', listenerSpec('publish', 4001, { takeoverAfterMs: -1 }))).toBe(
      true,
    )
    expect(connect('pub')).toEqual({ refused: 'duplicate-publisher' })
    expect(engine.configure('nobody', listenerSpec('publish', 1))).toBe(false)
  })

  it('measures the rate over a second and passes payload on to players', () => {
    const { engine, connect, play, clock } = build()
    engine.setRoutes(1, ROUTES)
    const publisher = idOf(connect('pub'))
    idOf(play('view'))
    engine.feed(publisher, { bytes: 125_000, packets: 100, rttMs: 7 })
    const [first, second] = engine.snapshot().connections
    expect(first).toMatchObject({
      rateKbps: 1000,
      bytes: 125_000,
      packets: 100,
      wireBytes: 129_400,
      rttMs: 7,
    })
    expect(second).toMatchObject({ role: 'play', rateKbps: 1000, bytes: 125_000 })
    clock.advance(1000)
    expect(engine.snapshot().connections[0]?.rateKbps).toBe(0)
  })

  it('shows lost events by a gap and a resync', async () => {
    const { engine, connect, events, settled } = build()
    engine.setRoutes(1, ROUTES)
    engine.loseEvents(3)
    await settled()
    connect('pub')
    await settled()
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [4, 'resync'],
      [5, 'connected'],
    ])
  })

  it('closes everything when it stops, twice, and does nothing afterwards', async () => {
    const { engine, connect, events } = build()
    engine.setRoutes(1, ROUTES)
    connect('pub')
    await Promise.all([engine.stop(), engine.stop()])
    expect(events.at(-1)).toMatchObject({ type: 'disconnected', reason: 'stopping' })
    const calls: (() => unknown)[] = [
      () => engine.snapshot(),
      () => engine.setRoutes(2, []),
      () => engine.kick(1),
      () => engine.decide(1, 'admit'),
      () => engine.drain(),
      () => engine.close('publish:4001'),
      () => engine.open(listenerSpec('play', 5000)),
    ]
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: 'ENGINE_STOPPED' }))
  })
})
