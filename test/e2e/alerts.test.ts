import { describe, expect, it } from 'vitest'
import { type Server, type ServerOptions, startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

interface Alert {
  id: number
  kind: string
  player: string
  value: number | null
  cleared: string | null
}

async function alerts(server: Server, query = ''): Promise<Alert[]> {
  const { status, body } = await server.api('GET', `/api/alerts${query}`)
  expect(status).toBe(200)
  // The answer's schema has tests of its own.
  return (body as { data: Alert[] }).data
}

const kinds = async (server: Server) => (await alerts(server)).map(({ kind }) => kind).sort()

async function becomes(server: Server, expected: readonly string[]): Promise<void> {
  const what = `the alerts to be ${JSON.stringify(expected)}`
  const isSo = async () => JSON.stringify(await kinds(server)) === JSON.stringify(expected)
  await until(isSo, { deadlineMs: 30_000, what, everyMs: 200 })
}

async function serverWith(rules: readonly object[], options: ServerOptions = {}): Promise<Server> {
  const server = await startServer(options)
  await server.addStream('cam', 'view')
  for (const rule of rules) {
    const body = { player: 'view', for_s: 2, clear_for_s: 2, ...rule }
    expect((await server.api('POST', '/api/alert-rules', body)).status).toBe(200)
  }
  return server
}

describe('alerts', { timeout: 120_000 }, () => {
  it('are raised when the rate of a publisher falls, and cleared when it recovers', async () => {
    const server = await serverWith([{ kind: 'bitrate_below', threshold: 1000 }])
    const publisher = { port: server.ports.publisher, streamId: 'cam' }
    const good = publish({ ...publisher, rateKbps: 3000 })
    await good.waitFor('progress', 20_000, event => event.messages > 500)
    expect(await alerts(server, '?state=all')).toEqual([])
    await good.stop()
    const poor = publish({ ...publisher, rateKbps: 300 })
    await poor.waitFor('connected')
    await becomes(server, ['bitrate_below'])
    const [raised] = await alerts(server)
    expect(raised?.player).toBe('view')
    expect(raised?.value).toBeLessThan(1000)
    await poor.stop()
    const better = publish({ ...publisher, rateKbps: 3000 })
    await better.waitFor('connected')
    await becomes(server, [])
    expect(await alerts(server, '?state=all')).toMatchObject([{ id: raised?.id }])
    expect((await alerts(server, '?state=all'))[0]?.cleared).not.toBeNull()
    await better.stop()
  })

  it('tell of a publisher that is silent, one that is not there, and outlive a restart', async () => {
    const server = await serverWith([{ kind: 'stalled' }, { kind: 'offline' }], {
      server: { idle_streams_timeout: -1 },
    })
    await becomes(server, ['offline'])
    const source = publish({ port: server.ports.publisher, streamId: 'cam', count: 100, holdMs: 60_000 })
    await source.waitFor('sent')
    await becomes(server, ['stalled'])
    await source.stop()
    await becomes(server, ['offline'])
    const before = await alerts(server)
    await server.stop()
    const { folder, ports, adminKey } = server
    const again = await startServer({ folder, ports, adminKey })
    expect(await alerts(again)).toEqual(before)
    expect((await again.api('DELETE', '/api/stream-ids/view')).status).toBe(200)
    await becomes(again, [])
  })
})
