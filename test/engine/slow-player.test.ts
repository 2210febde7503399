import { describe, expect, it } from 'vitest'
import { freeUdpPort } from '../support/ports.ts'
import { play, publish } from '../support/srt-peers.ts'
import { TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'
import { engineSpec, listener, testAddon } from './driver.ts'

describe.each(TRANSPORTS)('a player that falls behind the ring, %s', transport => {
  it('waits alone, is counted, and goes on with live messages instead of torn ones', async () => {
    const engine = testAddon().createEngine(
      engineSpec(transport, { workerCount: 1, ringBytes: 1 << 18 }),
      () => undefined,
    )
    const [publishPort, playPort] = [await freeUdpPort(), await freeUdpPort()]
    engine.open(listener('publish', publishPort))
    engine.open(listener('play', playPort))
    engine.setRoutes(1, [
      { role: 'publish', streamId: 'cam', streamKey: 'cam' },
      { role: 'play', streamId: 'view', streamKey: 'cam' },
    ])
    // libsrt's ring holds 180 messages; the direct transport keeps what is younger than the latency and a second.
    const keptPackets = transport === 'direct' ? 20_000 : 1000
    // libsrt's send buffer, as the receiver's window, holds 8192 packets: at 10,000 a second it is full before the
    // first one is too late.
    const source = publish({ port: publishPort, streamId: 'cam', rateKbps: 15_000, payloadBytes: 188 })
    await source.waitFor('connected')
    const healthy = play({ port: playPort, streamId: 'view' })
    const slow = play({ port: playPort, streamId: 'view' })
    await slow.waitFor('progress', 15_000, event => event.messages > 500)
    const players = () => engine.snapshot().connections.filter(connection => connection.role === 'play')
    slow.sigstop()
    // More than what may wait for a batch.
    await until(() => players().some(player => player.ringBacklogBytes > 20_000), {
      deadlineMs: 15_000,
      what: 'a backlog',
    })
    const published = () => engine.snapshot().connections.find(c => c.role === 'publish')?.packets ?? 0
    const blockedAt = published()
    await until(() => published() > blockedAt + keptPackets, {
      deadlineMs: 15_000,
      what: 'the ring to go round',
    })
    slow.sigcont()
    await until(() => players().some(player => player.ringOverruns > 0), {
      deadlineMs: 15_000,
      what: 'an overrun',
    })
    const before = slow.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
    await slow.waitFor('progress', 20_000, event => event.messages > before + 20_000)
    expect(await slow.finish()).toMatchObject({ broken: 0, corrupt: 0, duplicates: 0 })
    expect(await healthy.finish()).toMatchObject({ broken: 0, corrupt: 0, gaps: 0, duplicates: 0 })
    await source.stop()
    await engine.stop()
  })
})
