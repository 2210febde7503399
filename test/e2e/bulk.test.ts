import { describe, expect, it } from 'vitest'
import { type Server, startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'

const ROWS = 20_000

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    publisher: `cam-${i}`,
    player: `view-${i}`,
    max_players: i % 50,
  }))

async function countOf(server: Server): Promise<unknown> {
  const [row] = await server.sql('SELECT count(*) AS count FROM stream_ids')
  return row
}

describe('bulk import', () => {
  it('is in force when it is answered, and exports again', async () => {
    const server = await startServer()
    const done = await server.api('POST', '/api/stream-ids/import', { stream_ids: rows(2000) })
    expect(done).toMatchObject({ status: 200, body: { data: { created: 2000, updated: 0, dry_run: false } } })
    const source = publish({ port: server.ports.publisher, streamId: 'cam-1999' })
    await source.waitFor('connected')
    await source.stop()
    const csv = await server.api('GET', '/api/stream-ids?format=csv')
    expect(csv.headers.get('content-type')).toContain('text/csv')
    const headers = { authorization: `Bearer ${server.adminKey}`, 'content-type': 'text/csv' }
    const again = await fetch(`${server.url}/api/stream-ids/import?on_conflict=update&dry_run=true`, {
      method: 'POST',
      headers,
      body: String(csv.body),
    })
    expect(again.status, await again.clone().text()).toBe(200)
  })

  it.each([5, 60, 200, 500])('killed %i ms into it: all of it or nothing', async delayMs => {
    const server = await startServer()
    const { adminKey } = server
    const importing = server.api('POST', '/api/stream-ids/import', { stream_ids: rows(ROWS) }).then(
      answer => answer.status,
      () => 0,
    )
    await new Promise(resolve => setTimeout(resolve, delayMs))
    await server.child.kill()
    const status = await importing
    const { folder, ports } = server
    const again = await startServer({ folder, ports, adminKey })
    const count = await countOf(again)
    expect([{ count: 0 }, { count: ROWS }]).toContainEqual(count)
    if (status === 200) expect(count).toEqual({ count: ROWS })
    expect((await again.api('GET', '/api/stream-ids?limit=1')).status).toBe(200)
  })
})

describe('sls-management-ui', () => {
  it('finds every call it makes', async () => {
    const server = await startServer()
    const origin = { origin: 'http://ui.example', authorization: `Bearer ${server.adminKey}` }
    const preflight = await server.request('OPTIONS', '/api/stream-ids', {
      headers: {
        origin: 'http://ui.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/i)
    const call = (method: string, path: string, body?: unknown) =>
      server.request(method, path, body === undefined ? { headers: origin } : { headers: origin, body })
    const id = 'a'.repeat(32)
    const pair = { publisher: `live_${id}`, player: `play_${id}`, description: 'Main stage' }
    expect((await call('GET', '/health')).body).toMatchObject({ status: 'ok' })
    expect((await call('POST', '/api/stream-ids', pair)).body).toEqual({
      message: 'Stream ID added successfully',
      status: 'success',
    })
    expect((await call('GET', '/api/stream-ids')).body).toEqual({ data: [pair], status: 'success' })
    expect((await call('GET', `/stats/${pair.player}`)).body).toMatchObject({ status: 'ok' })
    const source = publish({ port: server.ports.publisher, streamId: pair.publisher })
    await source.waitFor('connected')
    const { body } = await call('GET', `/stats/${pair.player}`)
    const stats = (body as { publisher: Record<string, unknown> }).publisher
    for (const field of ['rtt', 'bitrate', 'uptime', 'dropped_pkts', 'buffer', 'latency'])
      expect(stats[field]).toBeTypeOf('number')
    await source.stop()
    expect((await call('DELETE', `/api/stream-ids/${pair.player}`)).body).toEqual({
      message: 'Stream ID deleted successfully',
      status: 'success',
    })
  })
})
