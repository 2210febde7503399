import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NativeEngine } from '../../src/engine/contract.ts'
import { gapsOf } from '../support/peer-messages.ts'
import { freeUdpPort } from '../support/ports.ts'
import { type Peer, play, publish } from '../support/srt-peers.ts'
import { TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'
import { engineSpec, listener, ruledCam, testAddon } from './driver.ts'
import { TapReader } from './tap-reader.ts'

const PASSPHRASE = 'correct-horse-battery'

describe.each(TRANSPORTS)('what a tap brings, %s', transport => {
  let engine: NativeEngine
  let [publishPort, playPort] = [0, 0]
  const peers: Peer[] = []
  const readers: TapReader[] = []

  beforeEach(async () => {
    engine = testAddon().createEngine(engineSpec(transport, { maxConnections: 100 }), () => undefined)
    publishPort = await freeUdpPort()
    playPort = await freeUdpPort()
    engine.open({ ...listener('publish', publishPort), lingerMs: 20_000 })
    engine.open(listener('play', playPort))
    engine.setRoutes(1, ruledCam())
  })
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close()
    await engine.stop()
    await Promise.all(peers.splice(0).map(peer => peer.stop()))
  })

  async function start(options: Partial<Parameters<typeof publish>[0]> = {}) {
    const peer = publish({ port: publishPort, streamId: 'cam', rateKbps: 4000, latencyMs: 60, ...options })
    peers.push(peer)
    await peer.waitFor('connected')
    // The worker may hear of it a little later.
    const isLive = () => engine.snapshot().connections.some(({ role }) => role === 'publish')
    await until(isLive, { deadlineMs: 15_000, what: 'the stream' })
    return peer
  }
  function watch() {
    const peer = play({ port: playPort, streamId: 'view', latencyMs: 60 })
    peers.push(peer)
    return peer
  }
  function tap() {
    const reader = new TapReader(engine, 'cam')
    readers.push(reader)
    return reader
  }
  const least = (count: number) => (reader: TapReader) => reader.messages.length >= count

  it.each([
    ['of one size', 1316],
    ['of all sizes', '44-1456'],
  ])(
    'is every message %s, bit-exact and in order, for as long as the stream lasts',
    async (_, payloadBytes) => {
      const source = await start({ payloadBytes })
      const reader = tap()
      await reader.until('a thousand messages', least(1000))
      await source.stop()
      const { messages: sent } = await source.result()
      await reader.until('the last', ({ messages }) => messages.at(-1)?.sequence === sent - 1)
      expect([gapsOf(reader.messages), reader.restBytes]).toEqual([0, 0])
      expect(engine.tapTotals()).toMatchObject({ open: 1, bytes: reader.bytes, messagesDropped: 0 })
    },
  )

  it('is decrypted', async () => {
    engine.setRoutes(2, ruledCam({ passphrase: PASSPHRASE }))
    await start({ passphrase: PASSPHRASE })
    const reader = tap()
    await reader.until('some messages', least(300))
    expect(gapsOf(reader.messages)).toBe(0)
  })

  it('begins with what is kept', async () => {
    await start()
    const player = watch()
    await player.waitFor('progress', 15_000, event => event.messages > 600)
    const reader = tap()
    await reader.until('the first message', least(1))
    const published = engine.snapshot().connections.find(({ role }) => role === 'publish')?.packets ?? 0
    // 380 messages a second: a second and more of what was there before.
    expect(reader.messages[0]?.sequence).toBeLessThan(published - 300)
    await reader.until('some messages', least(1000))
    expect(gapsOf(reader.messages)).toBe(0)
  })

  it('goes on with whom a publisher was replaced by, and with one that was kicked and comes back', async () => {
    const first = await start()
    const reader = tap()
    await reader.until('some messages', least(100))
    first.sigstop()
    await until(
      async () => {
        const peer = publish({ port: publishPort, streamId: 'cam', rateKbps: 4000, latencyMs: 60 })
        peers.push(peer)
        return (await peer.waitForAny(['connected', 'refused'])).event === 'connected'
      },
      { deadlineMs: 15_000, what: 'the newcomer', everyMs: 100 },
    )
    await reader.until('the newcomer', ({ sessions }) => sessions === 2)
    first.sigcont()
    // The sample may still have the one that was replaced.
    const publishers = () => engine.snapshot().connections.filter(({ role }) => role === 'publish')
    await until(() => publishers().some(({ connectionId }) => engine.kick(connectionId)), {
      deadlineMs: 10_000,
      what: 'a kick',
    })
    await start()
    await reader.until('the third', ({ sessions }) => sessions === 3)
    expect(gapsOf(reader.messages)).toBe(0)
    expect(reader.isEnded).toBe(false)
  })

  it('leaves out whole messages for a reader that is stuck, and holds up nobody', async () => {
    await start({ rateKbps: 16_000 })
    const player = watch()
    await player.waitFor('progress', 15_000, event => event.messages > 100)
    const [stuck, other] = [tap(), tap()]
    await stuck.until('some messages', least(100))
    stuck.socket.pause()
    await until(() => engine.tapTotals().messagesDropped > 0, { deadlineMs: 30_000, what: 'a drop' })
    stuck.socket.resume()
    const had = stuck.messages.length
    await stuck.until('live messages', ({ messages }) => {
      const newest = other.messages.at(-1)?.sequence ?? 0
      return messages.length > had + 1000 && (messages.at(-1)?.sequence ?? 0) > newest - 3000
    })
    expect(gapsOf(stuck.messages)).toBeGreaterThan(0)
    expect(gapsOf(other.messages)).toBe(0)
    expect(await player.finish()).toMatchObject({ broken: 0, corrupt: 0, gaps: 0, duplicates: 0 })
  })
})
