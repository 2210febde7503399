import { describe, expect, it } from 'vitest'
import { publishWithFfmpeg } from '../support/ffmpeg.ts'
import type { Server } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

interface Session {
  id: number
  role: string
  stream_id: string
  [field: string]: unknown
}

async function sessions(server: Server, query: string = ''): Promise<Session[]> {
  const { status, body } = await server.api('GET', `/api/sessions${query}`)
  expect(status).toBe(200)
  return (body as { data: Session[] }).data
}

describe.each(TRANSPORTS)('sessions, %s', transport => {
  const startServer = serverOn(transport)

  it('show who is connected with what was counted', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam', latencyMs: 300 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view', latencyMs: 250 })
    await viewer.waitFor('progress', 20_000, event => event.messages > 100)
    const filled = async () => {
      const list = await sessions(server)
      return list.length === 2 && list.every(each => Number(each['bitrate_kbps']) > 0) ? list : undefined
    }
    const [first, second] = await until(filled, { deadlineMs: 15_000, what: 'both sessions with traffic' })
    expect(first).toMatchObject({
      role: 'publisher',
      stream_id: 'cam',
      publisher: 'cam',
      player: null,
      address: '127.0.0.1',
      listener: `publish:${server.ports.publisher}`,
      latency_ms: 300,
      encryption: 'none',
      token_id: null,
      loss_percent: 0,
      counters: { packets_lost: 0, packets_undecrypted: 0 },
    })
    expect(second).toMatchObject({ role: 'player', stream_id: 'view', player: 'view' })
    // With the direct transport a player has at least its publisher's latency.
    expect(second).toMatchObject({ latency_ms: transport === 'direct' ? 300 : 250 })
    expect(String(first?.['srt_version'])).toMatch(/^1\.\d+\.\d+$/)
    expect(await sessions(server, '?role=player')).toHaveLength(1)
    expect(await sessions(server, '?publisher=nobody')).toEqual([])
    await Promise.all([viewer.stop(), source.stop()])
  })

  it('end one by one', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const seat = { port: server.ports.player, streamId: 'view' }
    const [one, two] = [play(seat), play(seat)]
    await one.waitFor('progress', 20_000, event => event.messages > 0)
    await two.waitFor('progress', 20_000, event => event.messages > 0)
    const players = await until(
      async () => {
        const list = await sessions(server, '?role=player')
        return list.length === 2 ? list : undefined
      },
      { deadlineMs: 10_000, what: 'two players' },
    )
    expect((await server.api('DELETE', `/api/sessions/${players[0]?.id}`)).status).toBe(200)
    await Promise.race([one.waitFor('broken'), two.waitFor('broken')])
    expect(await sessions(server, '?role=player')).toHaveLength(1)
    expect((await server.api('DELETE', '/api/sessions/999999')).body).toMatchObject({
      code: 'SESSION_UNKNOWN',
    })
    expect((await server.api('DELETE', '/api/sessions/abc')).status).toBe(400)
    await Promise.allSettled([one.stop(), two.stop(), source.stop()])
  })

  it('disconnect a publisher by its own or its player’s stream ID, as ffmpeg sees it', async () => {
    const server = await startServer()
    await server.addStream('studio-cam-1', 'live/view')
    const nobody = await server.api('DELETE', '/api/disconnect/live/view')
    expect(nobody.status).toBe(404)
    expect(nobody.body).toMatchObject({ message: 'Publisher not found or not currently streaming' })
    for (const id of ['live/view', 'studio-cam-1']) {
      const encoder = publishWithFfmpeg({ port: server.ports.publisher, streamId: 'studio-cam-1' })
      await until(async () => (await sessions(server)).length === 1, {
        deadlineMs: 20_000,
        what: 'the publisher',
      })
      const done = await server.api('DELETE', `/api/disconnect/${id}`)
      expect(done.body).toMatchObject({
        message: 'Publisher disconnected successfully',
        status: 'success',
      })
      await until(async () => (await sessions(server)).length === 0, {
        deadlineMs: 10_000,
        what: 'its end',
      })
      await encoder.stop()
    }
  })
})
