import { describe, expect, it } from 'vitest'
import { floodHandshakes } from '../support/handshake-flood.ts'
import { type PeerOptions, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

type Mode = typeof publish | typeof play

async function rejectCode(mode: Mode, options: PeerOptions): Promise<number> {
  const peer = mode(options)
  const first = await peer.waitForAny(['connected', 'refused'])
  if (first.event === 'connected') throw new Error('it was let in')
  await peer.exited
  return first.reject
}

describe.each(TRANSPORTS)('refusals, as a libsrt caller sees them, %s', transport => {
  const startServer = serverOn(transport)

  it('have the code of their reason', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const { publisher, player } = server.ports
    expect(await rejectCode(play, { port: player, streamId: '' })).toBe(1400)
    expect(await rejectCode(play, { port: player, streamId: '#!::m=request' })).toBe(1400)
    expect(await rejectCode(publish, { port: publisher, streamId: 'nobody' })).toBe(1401)
    expect(await rejectCode(play, { port: player, streamId: 'nobody' })).toBe(1401)
    expect(await rejectCode(publish, { port: publisher, streamId: 'view' })).toBe(1403)
    expect(await rejectCode(play, { port: player, streamId: 'cam' })).toBe(1403)
    expect(await rejectCode(play, { port: player, streamId: '#!::r=view,m=publish' })).toBe(1403)
    expect(await rejectCode(play, { port: player, streamId: 'view' })).toBe(1404)
    const source = publish({ port: publisher, streamId: 'cam' })
    await source.waitFor('connected')
    expect(await rejectCode(publish, { port: publisher, streamId: 'cam' })).toBe(1409)
    await source.stop()
  })

  it('come with 1402 when worker_connections is reached', async () => {
    const server = await startServer({ srt: { worker_threads: 1, worker_connections: 2 } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 15_000, event => event.messages > 0)
    expect(await rejectCode(play, { port: server.ports.player, streamId: 'view' })).toBe(1402)
    await viewer.stop()
    await source.stop()
  })

  it('close a connection that negotiated more than latency_max', async () => {
    const server = await startServer({ server: { latency_max: 1000 } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam', latencyMs: 3000 })
    await source.waitFor('broken', 10_000)
    const isLogged = () =>
      server.log.some(line => line.msg === 'disconnected' && line['reason'] === 'latency')
    await until(isLogged, { deadlineMs: 5000, what: 'the reason in the log' })
  })

  it('raise the latency to latency_min', async () => {
    const server = await startServer({ server: { latency_min: 700 } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam', latencyMs: 100 })
    expect(await source.waitFor('connected')).toMatchObject({ peerLatencyMs: 700 })
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view', latencyMs: 150 })
    // With the direct transport a player has at least its publisher's latency.
    const latencyMs = transport === 'direct' ? 700 : 150
    expect(await viewer.waitFor('connected')).toMatchObject({ latencyMs })
    await viewer.stop()
    await source.stop()
  })

  it('cost a bounded log, however often a client tries', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const linesBefore = server.log.length
    const answers = await floodHandshakes(server.ports.player, 'nobody-knows-this', 4000)
    expect(answers.get(2401)).toBeGreaterThan(3500)
    const refusals = () => server.log.filter(line => line.msg.startsWith('refused: '))
    const counted = () => refusals().reduce((sum, line) => sum + Number(line['count']), 0)
    await until(() => counted() >= (answers.get(2401) ?? 0), {
      deadlineMs: 10_000,
      what: 'all refusals in the log',
    })
    expect(refusals().length).toBeLessThan(10)
    expect(server.log.length - linesBefore).toBeLessThan(20)
    expect(server.child.stdout).not.toContain('nobody-knows-this')
  })
})
