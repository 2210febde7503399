import { describe, expect, it } from 'vitest'
import { type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

const TOKEN = 'metrics-token-0123456789'

const scrape = (server: Server, token: string) =>
  server.request('GET', '/metrics', { headers: { authorization: `Bearer ${token}` } })

const seriesValue = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find(line => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1),
  )

describe('GET /metrics', () => {
  it('is hidden without a token in the configuration, and shut to a wrong one', async () => {
    const off = await startServer()
    expect(await off.request('GET', '/metrics')).toMatchObject({ status: 404 })
    const server = await startServer({ srt: { metrics_token: TOKEN } })
    expect(await server.request('GET', '/metrics')).toMatchObject({ status: 403 })
    expect(await scrape(server, 'wrong')).toMatchObject({ status: 403 })
    const { status, headers } = await scrape(server, TOKEN)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect((await server.request('GET', `/metrics?token=${TOKEN}`)).status).toBe(200)
    expect(server.child.output).not.toContain(TOKEN)
  })

  it('tells of streams by their player’s ID, and its counters never fall', async () => {
    const server = await startServer({ srt: { metrics_token: TOKEN } })
    await server.addStream('secret-cam', 'view')
    const text = async () => String((await scrape(server, TOKEN)).body)
    const source = publish({ port: server.ports.publisher, streamId: 'secret-cam' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 20_000, event => event.messages > 50)
    const up = 'sls_stream_up{stream="view"}'
    await until(async () => seriesValue(await text(), up) === 1, { deadlineMs: 10_000, what: 'the stream' })
    const received = async () => seriesValue(await text(), 'sls_relay_received_bytes_total')
    const before = await until(async () => ((await received()) > 0 ? received() : undefined), {
      deadlineMs: 10_000,
      what: 'received bytes',
    })
    await viewer.stop()
    await source.stop()
    await until(async () => seriesValue(await text(), up) === 0, {
      deadlineMs: 15_000,
      what: 'the end of it',
    })
    expect(await received()).toBeGreaterThanOrEqual(before)
    expect(await text()).not.toContain('secret-cam')
  })
})
