import { expect, it } from 'vitest'
import { REFUSE_CODES, type Route } from '../../src/engine/contract.ts'
import { until } from '../support/wait.ts'
import { codeOf, describeContract } from './contract-suite.ts'
import { MAX_CONNECTIONS } from './driver.ts'

const ROUTES: Route[] = [
  { role: 'publish', streamId: 'cam', streamKey: 'cam' },
  { role: 'play', streamId: 'view', streamKey: 'cam' },
  { role: 'play', streamId: '#!::r=odd', streamKey: 'cam' },
  { role: 'publish', streamId: 'cam2', streamKey: 'cam2' },
]

describeContract('engine contract', suite => {
  const { eventsOf, eventually, open } = suite

  function openWithRoutes() {
    open()
    suite.engine.setRoutes(1, ROUTES)
  }

  it('refuses everybody before the first table, and again when it drains', async () => {
    open()
    expect((await suite.driver.connect('publish', 'cam')).rejectCode).toBe(REFUSE_CODES['not-ready'])
    suite.engine.setRoutes(1, ROUTES)
    const publisher = await suite.driver.connect('publish', 'cam')
    expect(publisher.rejectCode).toBe(undefined)
    // libsrt calls a peer connected before it is accepted.
    await eventually('the publisher', () => eventsOf('connected').length === 1)
    suite.engine.drain()
    suite.engine.setRoutes(2, ROUTES)
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['not-ready'])
    expect(publisher.isGone()).toBe(false)
  })

  it('refuses with the reason, and counts it in an event', async () => {
    openWithRoutes()
    expect((await suite.driver.connect('play', '')).rejectCode).toBe(REFUSE_CODES['malformed'])
    expect((await suite.driver.connect('play', 'nobody')).rejectCode).toBe(REFUSE_CODES['unknown-stream-id'])
    expect((await suite.driver.connect('play', 'cam')).rejectCode).toBe(REFUSE_CODES['forbidden'])
    expect((await suite.driver.connect('play', '#!::r=view,m=publish')).rejectCode).toBe(
      REFUSE_CODES['forbidden'],
    )
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['not-live'])
    await suite.driver.connect('publish', 'cam')
    expect((await suite.driver.connect('publish', '#!::r=cam,m=publish')).rejectCode).toBe(
      REFUSE_CODES['duplicate-publisher'],
    )
    await eventually(
      'six refusals',
      () => eventsOf('refused').reduce((sum, event) => sum + event.count, 0) >= 6,
    )
    expect(eventsOf('refused').find(event => event.reason === 'duplicate-publisher')).toMatchObject({
      listener: suite.driver.publishSpec.name,
      count: 1,
      lastPeer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      // Of the route, as it is known.
      lastStreamId: 'cam',
      ...suite.asking(60, 'none'),
    })
  })

  it('finds the route in every notation and reports its own stream ID', async () => {
    openWithRoutes()
    await suite.driver.connect('publish', 'publish/cam')
    await suite.driver.connect('play', '#!::m=request,r=view')
    await suite.driver.connect('play', 'play/view')
    await suite.driver.connect('play', '#!::r=odd')
    const connected = await eventually('four connections', () => {
      const events = eventsOf('connected')
      return events.length === 4 ? events : undefined
    })
    expect(connected.map(event => event.streamId)).toEqual(['cam', 'view', 'view', '#!::r=odd'])
    expect(new Set(connected.map(event => event.streamKey))).toEqual(new Set(['cam']))
    expect(new Set(connected.map(event => event.connectionId)).size).toBe(4)
    expect(connected[0]).toMatchObject({
      listener: suite.driver.publishSpec.name,
      role: 'publish',
      latencyMs: 60,
      encrypted: false,
      keyLengthBytes: 0,
      tokenId: '',
      tokenMaxUses: 0,
      tokenExpiresAtS: 0,
    })
    expect(connected[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  it('numbers its events without a gap', async () => {
    openWithRoutes()
    await suite.driver.connect('publish', 'cam')
    await suite.driver.connect('play', 'nobody')
    await eventually('events', () => eventsOf('refused').length > 0)
    const numbers = suite.driver.events.map(event => event.seq)
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
  })

  it('shows in its snapshot what lives, with totals that rise', async () => {
    openWithRoutes()
    await suite.driver.connect('publish', 'cam')
    await suite.driver.connect('play', 'view')
    const both = await eventually('a snapshot with traffic', () => {
      const { connections, routesVersion } = suite.engine.snapshot()
      expect(routesVersion).toBe(1)
      return connections.length === 2 && connections.every(c => c.packets > 20) ? connections : undefined
    })
    expect(both.map(connection => connection.role).sort()).toEqual(['play', 'publish'])
    const later = await eventually('more traffic', () => {
      const { connections } = suite.engine.snapshot()
      // Bytes are counted when they are handed to the transport, wire bytes when they have left.
      const haveRisen = connections.every((c, i) => {
        const before = both[i]
        return before !== undefined && c.packets > before.packets && c.wireBytes > before.bytes
      })
      return haveRisen ? connections : undefined
    })
    expect(later.length).toBe(2)
    for (const connection of later) {
      expect(connection.lastDataAtMs).toBeGreaterThan(connection.connectedAtMs - 1)
      expect(connection.bytes).toBeGreaterThan(0)
      expect(connection.rateKbps).toBeGreaterThan(0)
      expect(connection).toMatchObject({ packetsBelated: 0, packetsUndecrypted: 0 })
    }
  })

  it('gives a stream over to a newcomer when its publisher is silent, and keeps the players', async () => {
    openWithRoutes()
    const first = await suite.driver.connect('publish', 'cam')
    const player = await suite.driver.connect('play', 'view')
    await suite.driver.silence(first, true)
    const newcomer = await until(
      async () => {
        const client = await suite.driver.connect('publish', 'cam')
        return client.rejectCode === undefined ? client : undefined
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
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    const player = await suite.driver.connect('play', 'view')
    await eventually('two connections', () => eventsOf('connected').length === 2)
    await publisher.close()
    await eventually('the publisher to be gone', () => eventsOf('disconnected').length === 1)
    const late = await suite.driver.connect('play', 'view')
    expect(late.rejectCode).toBe(undefined)
    await eventually(
      'the players to end',
      () => eventsOf('disconnected').filter(e => e.reason === 'idle').length === 2,
    )
    await eventually('them to notice', () => player.isGone() && late.isGone())
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['not-live'])
  })

  it('kicks by id', async () => {
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    const connected = await eventually('the connection', () => eventsOf('connected')[0])
    expect(suite.engine.kick(connected.connectionId)).toBe(true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'kicked')
    await eventually('it to notice', () => publisher.isGone())
    expect(suite.engine.kick(connected.connectionId)).toBe(false)
    expect(suite.engine.kick(424_242)).toBe(false)
  })

  it('parks who needs approval, until decide()', async () => {
    suite.driver.publishSpec.approval = 'ask'
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    const asked = await eventually('the question', () => eventsOf('approval-wanted')[0])
    expect(suite.engine.snapshot().connections).toEqual([])
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['not-live'])
    expect(suite.engine.decide(asked.connectionId, 'admit')).toBe(true)
    await eventually('it to be connected', () => eventsOf('connected').length === 1)
    expect(publisher.isGone()).toBe(false)

    await suite.driver.connect('publish', 'cam2')
    const second = await eventually('the second question', () => eventsOf('approval-wanted')[1])
    expect(suite.engine.decide(second.connectionId, 'refuse')).toBe(true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'refused')
    expect(suite.engine.decide(second.connectionId, 'admit')).toBe(false)
  })

  it('refuses who is parked for too long', async () => {
    suite.driver.publishSpec.approval = 'ask'
    suite.driver.publishSpec.approvalTimeoutMs = 200
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'refused')
    await eventually('it to notice', () => publisher.isGone())
  })

  it('refuses the fifth of four', async () => {
    openWithRoutes()
    await suite.driver.connect('publish', 'cam')
    for (let i = 0; i < MAX_CONNECTIONS - 1; i++) await suite.driver.connect('play', 'view')
    await eventually('all of them', () => eventsOf('connected').length === MAX_CONNECTIONS)
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['overload'])
  })

  it('closes who negotiated more than the ceiling', async () => {
    suite.driver.publishSpec.latencyMaxMs = 50
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'latency')
    await eventually('it to notice', () => publisher.isGone())
    const refused = await eventually('the refusal', () => eventsOf('refused')[0])
    expect(refused).toMatchObject({
      reason: 'latency',
      lastStreamId: 'cam',
      latencyMs: 60,
      encryption: 'none',
    })
  })

  it('applies another policy to an open listener and its connections', async () => {
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    expect(
      suite.engine.configure(suite.driver.publishSpec.name, {
        ...suite.driver.publishSpec,
        idleTimeoutMs: 300,
      }),
    ).toBe(true)
    expect(suite.engine.configure('nobody', suite.driver.publishSpec)).toBe(false)
    await suite.driver.silence(publisher, true)
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'idle')
  })

  it('keeps connections when their listener closes, and opens the port again at once', async () => {
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    expect(suite.engine.close(suite.driver.publishSpec.name)).toBe(true)
    expect(suite.engine.close(suite.driver.publishSpec.name)).toBe(false)
    suite.engine.open({ ...suite.driver.publishSpec, latencyMinMs: 400 })
    await suite.driver.connect('publish', 'cam2')
    const second = await eventually('the second', () => eventsOf('connected')[1])
    expect(second.latencyMs).toBe(400)
    expect(publisher.isGone()).toBe(false)
  })

  it('replaces the table whole', async () => {
    openWithRoutes()
    suite.engine.setRoutes(2, [{ role: 'publish', streamId: 'other', streamKey: 'other' }])
    expect((await suite.driver.connect('publish', 'cam')).rejectCode).toBe(REFUSE_CODES['unknown-stream-id'])
    expect((await suite.driver.connect('publish', 'other')).rejectCode).toBe(undefined)
    expect(suite.engine.snapshot().routesVersion).toBe(2)
  })

  it('changes some routes of the table and leaves the others', async () => {
    open()
    const other = { role: 'publish', streamId: 'other', streamKey: 'other' } as const
    expect(codeOf(() => suite.engine.changeRoutes(1, [], [other]))).toBe('ENGINE_ARGUMENT')
    suite.engine.setRoutes(1, ROUTES)
    suite.engine.changeRoutes(2, [{ role: 'play', streamId: 'view' }], [other])
    expect(suite.engine.snapshot().routesVersion).toBe(2)
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(REFUSE_CODES['unknown-stream-id'])
    expect((await suite.driver.connect('publish', 'other')).rejectCode).toBe(undefined)
    expect((await suite.driver.connect('publish', 'cam')).rejectCode).toBe(undefined)
  })

  it('says by code what it cannot open', async () => {
    openWithRoutes()
    expect(
      codeOf(() =>
        suite.engine.open({ ...suite.driver.publishSpec, port: suite.driver.publishSpec.port + 1 }),
      ),
    ).toBe('SRT_BIND')
    expect(codeOf(() => suite.engine.open({ ...suite.driver.playSpec, name: 'x', host: 'no address' }))).toBe(
      'SRT_BIND',
    )
    const short = {
      ...suite.driver.playSpec,
      name: 'y',
      port: suite.driver.playSpec.port + 1,
      passphrase: 'short',
    }
    expect(codeOf(() => suite.engine.open(short))).toBe('SRT_OPTION')
  })

  it('ends everybody when it stops, twice is fine, and then every call throws', async () => {
    openWithRoutes()
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('it', () => eventsOf('connected').length === 1)
    await Promise.all([suite.engine.stop(), suite.engine.stop()])
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'stopping')
    await eventually('it to notice', () => publisher.isGone())
    const { engine } = suite
    const calls = [
      () => engine.snapshot(),
      () => engine.setRoutes(9, []),
      () => engine.changeRoutes(9, [], []),
      () => engine.setTokens({ secret: '', used: [] }),
      () => engine.open(suite.driver.publishSpec),
      () => engine.close('x'),
      () => engine.kick(1),
      () => engine.decide(1, 'admit'),
      () => engine.drain(),
      () => engine.configure('x', suite.driver.publishSpec),
    ]
    expect(calls.map(codeOf)).toEqual(calls.map(() => 'ENGINE_STOPPED'))
    await engine.stop()
  })
})
