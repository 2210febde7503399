import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent, NativeEngine } from '../../src/engine/contract.ts'
import { freeUdpPort } from '../support/ports.ts'
import { type Peer, play, publish } from '../support/srt-peers.ts'
import { TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'
import { ruled } from './contract-suite.ts'
import { engineSpec, listener, testAddon } from './driver.ts'
import { SECRET, sign } from './play-token.ts'

const MAX_CONNECTIONS = 200

/** Streams that live on other workers than the one that accepts are where crowds go wrong. */
describe.each(TRANSPORTS)('a crowd of players, %s', transport => {
  const events: EngineEvent[] = []
  let engine: NativeEngine
  let source: Peer
  let playPort: number

  async function start(maxConnections: number): Promise<void> {
    const spec = engineSpec(transport, { workerCount: 4, maxConnections })
    engine = testAddon().createEngine(spec, batch => events.push(...batch))
    const publishPort = await freeUdpPort()
    playPort = await freeUdpPort()
    engine.open(listener('publish', publishPort))
    engine.open(listener('play', playPort))
    const keys = ['a', 'b', 'c', 'd', 'e']
    engine.setRoutes(
      1,
      keys.flatMap(key => [
        { role: 'publish', streamId: key, streamKey: key } as const,
        { role: 'play', streamId: `view ${key}`, streamKey: key } as const,
      ]),
    )
    source = publish({ port: publishPort, streamId: 'c' })
    await source.waitFor('connected')
  }

  beforeEach(() => {
    events.length = 0
  })
  afterEach(async () => {
    await source.stop()
    await engine.stop()
  })

  it('that leaves at once leaves no ghosts', async () => {
    await start(MAX_CONNECTIONS)
    const crowds = Array.from({ length: 3 }, () =>
      play({ port: playPort, streamId: 'view c', connections: 40, seconds: 0.01 }),
    )
    for (const crowd of crowds) await crowd.result()
    await until(() => engine.snapshot().connections.length === 1, {
      deadlineMs: 15_000,
      what: 'everybody to be gone',
    })
    const count = (type: EngineEvent['type']) => events.filter(event => event.type === type).length
    await until(() => count('connected') === count('disconnected') + 1, {
      deadlineMs: 5000,
      what: 'their ends',
    })
    expect(count('connected')).toBeGreaterThan(3)
  })

  const live = () =>
    events.filter(e => e.type === 'connected').length - events.filter(e => e.type === 'disconnected').length

  /** Forty players at once with one stream ID; those that are in, publisher included. */
  async function crowdIn(streamId: string, expected: number): Promise<void> {
    const crowd = play({ port: playPort, streamId, connections: 40 })
    await until(
      () => crowd.events.filter(e => e.event === 'connected' || e.event === 'refused').length === 40,
      {
        deadlineMs: 20_000,
        what: 'all answers',
      },
    )
    await until(() => engine.snapshot().connections.length === expected, {
      deadlineMs: 10_000,
      what: 'a full house',
    })
    expect(live()).toBe(expected)
    await crowd.stop()
  }

  it('never exceeds maxConnections', async () => {
    await start(5)
    await crowdIn('view c', 5)
  })

  it('never exceeds the players of its stream ID, nor the uses of its token', async () => {
    await start(MAX_CONNECTIONS)
    const publisher = { role: 'publish', streamId: 'c', streamKey: 'c' } as const
    engine.setRoutes(2, [
      publisher,
      ruled('play', 'few', { maxPlayers: 7 }, 'c'),
      ruled('play', 'ticket', { tokenSubject: '1', isTokenRequired: true }, 'c'),
    ])
    engine.setTokens({ secret: SECRET, used: [] })
    await crowdIn('few', 8)
    await until(() => live() === 1, { deadlineMs: 10_000, what: 'the first crowd to be gone' })
    await crowdIn(`#!::token=${sign({ sub: '1', max: 9 })}`, 10)
  })
})
