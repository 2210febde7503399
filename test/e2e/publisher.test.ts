import { describe, expect, it } from 'vitest'
import { type Peer, type PublishDone, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

const bitrateOf = (body: unknown): number | undefined => {
  if (typeof body !== 'object' || body === null || !('publisher' in body)) return undefined
  // The shape of /stats is pinned by the tests of the API.
  return (body.publisher as { bitrate: number }).bitrate
}

/** Tries until it is let in, as an encoder does; resolves to the attempts it took. */
async function returnAs(
  port: number,
  streamId: string,
): Promise<{ peer: Peer<PublishDone>; attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    const peer = publish({ port, streamId })
    const first = await peer.waitForAny(['connected', 'refused'])
    if (first.event === 'connected') return { peer, attempts }
    expect(first).toMatchObject({ reject: 1409 })
    await peer.exited
  }
}

describe.each(TRANSPORTS)('publisher, %s', transport => {
  const startServer = serverOn(transport)

  it('returns after kill -9 and finds its players still there', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const { publisher, player } = server.ports
    const first = publish({ port: publisher, streamId: 'cam' })
    await first.waitFor('connected')
    await server.untilLive('view')
    const viewers = play({ port: player, streamId: 'view', connections: 3 })
    await viewers.waitFor('progress', 15_000, event => event.messages > 100)
    await first.kill9()
    const killedAtMs = performance.now()
    const { peer: second, attempts } = await returnAs(publisher, 'cam')
    // Long before libsrt would notice the death by itself (5 s), and not before the second of silence is over.
    expect(performance.now() - killedAtMs).toBeLessThan(4500)
    expect(attempts).toBeGreaterThan(0)
    const before = viewers.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
    await viewers.waitFor('progress', 15_000, event => event.messages > before + 100)
    const result = await viewers.finish()
    expect(result).toMatchObject({ connected: 3, broken: 0, corrupt: 0, sessions: 2, duplicates: 0 })
    await second.stop()
  })

  it('is not pushed out while it delivers', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const first = publish({ port: server.ports.publisher, streamId: 'cam' })
    await first.waitFor('connected')
    await first.waitFor('progress', 15_000, event => event.messages > 50)
    for (let i = 0; i < 5; i++) {
      const rival = publish({ port: server.ports.publisher, streamId: 'cam' })
      expect(await rival.waitForAny(['connected', 'refused'])).toMatchObject({
        event: 'refused',
        reject: 1409,
      })
      await rival.exited
    }
    const before = first.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
    await first.waitFor('progress', 15_000, event => event.messages > before)
    expect(await first.finish()).toMatchObject({ broken: false })
  })

  it('shows bitrate 0 while it is frozen, whatever its latency holds back', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const peer = publish({ port: server.ports.publisher, streamId: 'cam', latencyMs: 4000 })
    await peer.waitFor('connected')
    const bitrate = async () => bitrateOf((await server.stats('view')).body)
    await until(async () => ((await bitrate()) ?? 0) > 1500, { deadlineMs: 15_000, what: 'the full bitrate' })
    peer.sigstop()
    // Before libsrt ends the connection after 5 s: still a publisher, and its bitrate is 0.
    await until(async () => (await bitrate()) === 0, { deadlineMs: 4500, what: 'bitrate 0' })
    peer.sigcont()
    await until(async () => ((await bitrate()) ?? 0) > 1500, {
      deadlineMs: 15_000,
      what: 'the bitrate to come back',
    })
    await peer.stop()
    await until(async () => (await bitrate()) === undefined, { deadlineMs: 5000, what: 'not streaming' })
  })

  it('that stays away ends its players after publisher_exit_delay', async () => {
    const server = await startServer({ server: { publisher_exit_delay: 1 } })
    await server.addStream('cam', 'view')
    const peer = publish({ port: server.ports.publisher, streamId: 'cam' })
    await peer.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 15_000, event => event.messages > 10)
    await peer.stop()
    await viewer.waitFor('broken', 10_000)
    const late = play({ port: server.ports.player, streamId: 'view' })
    expect(await late.waitForAny(['connected', 'refused'])).toMatchObject({ event: 'refused', reject: 1404 })
  })

  it('without data is closed after idle_streams_timeout', async () => {
    const server = await startServer({ server: { idle_streams_timeout: 1 } })
    await server.addStream('cam', 'view')
    const peer = publish({ port: server.ports.publisher, streamId: 'cam', count: 10, holdMs: 60_000 })
    await peer.waitFor('sent')
    await peer.waitFor('broken', 10_000)
    await until(() => server.log.some(line => line.msg === 'disconnected' && line['reason'] === 'idle'), {
      deadlineMs: 5000,
      what: 'the log line',
    })
  })

  it('delivers to the end: what its latency holds back when it goes is played', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const { publisher, player } = server.ports
    const peer = publish({
      port: publisher,
      streamId: 'cam',
      latencyMs: 500,
      count: 600,
      rateKbps: 2000,
      holdMs: 0,
    })
    await peer.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: player, streamId: 'view' })
    await viewer.waitFor('connected')
    await peer.exited
    // Of half a second only the moment at which libsrt clears the dead connection may be missing.
    await viewer.waitFor('progress', 10_000, event => (event.nextSequence ?? 0) > 540)
    expect(await viewer.finish()).toMatchObject({ gaps: 0, corrupt: 0 })
  })
})
