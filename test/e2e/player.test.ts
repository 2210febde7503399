import { describe, expect, it } from 'vitest'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

describe.each(TRANSPORTS)('player, %s', transport => {
  const startServer = serverOn(transport)

  it('that is frozen harms nobody else, and is closed in the end', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const { publisher, player } = server.ports
    const source = publish({ port: publisher, streamId: 'cam', rateKbps: 4000 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const healthy = play({ port: player, streamId: 'view', connections: 5 })
    const frozen = play({ port: player, streamId: 'view', exitAfterBroken: false })
    await frozen.waitFor('progress', 15_000, event => event.messages > 50)
    frozen.sigstop()
    await until(() => server.log.some(line => line.msg === 'disconnected'), {
      deadlineMs: 20_000,
      what: 'its end',
    })
    frozen.sigcont()
    const result = await healthy.finish()
    expect(result).toMatchObject({ connected: 5, broken: 0, gaps: 0, duplicates: 0, corrupt: 0 })
    expect((await source.finish()).broken).toBe(false)
    await frozen.kill9()
  })

  it('joins with 99 others within a second, and all of them play', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam', rateKbps: 1000 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewers = play({ port: server.ports.player, streamId: 'view', connections: 100 })
    await viewers.waitFor('progress', 30_000, event => event.connected === 100 && event.messages > 100 * 30)
    const result = await viewers.finish()
    expect(result).toMatchObject({ connected: 100, refused: 0, broken: 0, gaps: 0, corrupt: 0 })
    expect(result.connections.every(connection => connection.messages > 0)).toBe(true)
    await source.stop()
  })

  it('that comes late starts with live packets at once', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam', rateKbps: 2000 })
    const progress = await source.waitFor('progress', 15_000, event => event.messages > 400)
    const late = play({ port: server.ports.player, streamId: 'view', count: 50 })
    const result = await late.result()
    // Nothing of what was sent long before it came.
    expect(result.firstSequence).toBeGreaterThan(progress.messages - 150)
    expect(result).toMatchObject({ gaps: 0, corrupt: 0 })
    await source.stop()
  })
})
