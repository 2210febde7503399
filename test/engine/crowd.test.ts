import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent, NativeEngine } from '../../src/engine/contract.ts'
import { freeUdpPort } from '../support/ports.ts'
import { type Peer, play, publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'
import { ENGINE_SPEC, listener, testAddon } from './driver.ts'

const MAX_CONNECTIONS = 200

/** Streams that live on other workers than the one that accepts are where crowds go wrong. */
describe('a crowd of players', () => {
  const events: EngineEvent[] = []
  let engine: NativeEngine
  let source: Peer
  let playPort: number

  async function start(maxConnections: number): Promise<void> {
    const spec = { ...ENGINE_SPEC, workerCount: 4, maxConnections }
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

  it('never exceeds maxConnections', async () => {
    await start(5)
    const crowd = play({ port: playPort, streamId: 'view c', connections: 40 })
    await until(
      () => crowd.events.filter(e => e.event === 'connected' || e.event === 'refused').length === 40,
      {
        deadlineMs: 20_000,
        what: 'all answers',
      },
    )
    await until(() => engine.snapshot().connections.length === 5, {
      deadlineMs: 10_000,
      what: 'a full house',
    })
    const live = () =>
      events.filter(e => e.type === 'connected').length - events.filter(e => e.type === 'disconnected').length
    expect(live()).toBe(5)
    await crowd.stop()
  })
})
