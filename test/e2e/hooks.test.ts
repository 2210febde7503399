import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { endWithTest } from '../support/end-with-test.ts'
import { startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

interface Call {
  method: string | undefined
  query: Record<string, string>
  body: string
}

/** An operator's service: keeps what it was asked, answers what the test wants. */
async function hookServer(answer: (call: Call) => number) {
  const calls: Call[] = []
  const http = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const call = {
      method: request.method,
      query: Object.fromEntries(searchParams),
      body: Buffer.concat(chunks).toString(),
    }
    calls.push(call)
    const status = answer(call)
    if (status > 0) response.writeHead(status).end()
  })
  http.listen(0, '127.0.0.1')
  await new Promise(resolve => http.once('listening', resolve))
  endWithTest(() => {
    http.closeAllConnections()
    http.close()
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { calls, url: `http://127.0.0.1:${address.port}/hook?token=t` }
}

describe.each(TRANSPORTS)('on_event_url, %s', transport => {
  const start = serverOn(transport)

  it('is asked before a connection counts, and told of its end', async () => {
    const hook = await hookServer(() => 200)
    const server = await start({ server: { on_event_url: hook.url } })
    await server.addStream('cam & co', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam & co' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 15_000, event => event.messages > 20)
    expect(await viewer.finish()).toMatchObject({ gaps: 0, corrupt: 0 })
    await source.stop()
    await until(() => hook.calls.length === 4, { deadlineMs: 10_000, what: 'four calls' })
    expect(hook.calls.map(({ query }) => [query['on_event'], query['role_name'], query['srt_url']])).toEqual([
      ['on_connect', 'publisher', 'cam & co'],
      ['on_connect', 'player', 'view'],
      ['on_close', 'player', 'view'],
      ['on_close', 'publisher', 'cam & co'],
    ])
    for (const call of hook.calls)
      expect(call).toMatchObject({ method: 'POST', query: { token: 't', remote_ip: '127.0.0.1' } })
  })

  it.each([
    ['403', () => 403],
    ['a redirect', () => 302],
    ['no answer', () => 0],
  ])('refuses with %s', async (_, answer) => {
    const hook = await hookServer(answer)
    const server = await start({ server: { on_event_url: hook.url, on_event_timeout: 300 } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('broken', 15_000)
    expect(JSON.stringify((await server.stats('view')).body)).toContain('not streaming')
    expect(hook.calls.map(call => call.query['on_event'])).toEqual(['on_connect'])
  })
})

describe('stat_post_url', () => {
  it('gets the list of connections', async () => {
    const hook = await hookServer(() => 200)
    const server = await startServer({ srt: { stat_post_url: hook.url, stat_post_interval: 1 } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    const latest = () => JSON.parse(hook.calls.at(-1)?.body || '[]') as Record<string, string>[]
    await until(() => Number(latest()[0]?.['kbitrate']) > 1000, { deadlineMs: 15_000, what: 'a report' })
    expect(latest()).toMatchObject([
      {
        port: String(server.ports.publisher),
        role: 'publisher',
        stream_name: 'cam',
        url: 'cam',
        remote_ip: '127.0.0.1',
      },
    ])
    await source.stop()
  })
})
