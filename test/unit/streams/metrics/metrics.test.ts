import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/lib/errors.ts'
import { sample } from '../samples.ts'
import { buildMetrics, player } from './build.ts'

describe('RelayMetrics', () => {
  it('tells what it is, and what its process does', async () => {
    const { metrics, scrape } = buildMetrics()
    const { value, text } = await scrape()
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(value(`sls_build_info{version="2.0.0",node="${process.versions.node}",srt_version="1.5.1"}`)).toBe(
      1,
    )
    expect(value('sls_up')).toBe(1)
    expect(value('sls_stream_ids')).toBe(42)
    expect(value('sls_connections_limit')).toBe(300)
    expect(value('sls_alerts_raised')).toBe(2)
    // Not twice as much at the second time.
    const again = (await scrape()).value
    for (const tell of [value, again]) {
      expect(tell('sls_webhook_deliveries_total{result="taken"}')).toBe(12)
      expect(tell('sls_webhook_deliveries_total{result="failed"}')).toBe(3)
    }
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
      expect(text).toMatch(new RegExp(`^${name} `, 'm'))
  })

  it('has nothing in common with another one', async () => {
    const [one, other] = [buildMetrics(), buildMetrics()]
    one.connect()
    expect((await other.scrape()).value('sls_sessions_started_total{role="publisher"}')).toBe(0)
  })

  it('counts requests, with a bounded number of methods', async () => {
    const { metrics, scrape } = buildMetrics()
    const request = { method: 'GET', route: '/stats/*', statusCode: 200, durationMs: 20 }
    metrics.observeRequest(request)
    metrics.observeRequest({ ...request, durationMs: -1 })
    for (const method of ['PROPFIND', 'BREW', 'get'])
      metrics.observeRequest({ ...request, method, route: 'none', statusCode: 404 })
    const { value, text } = await scrape()
    expect(value('sls_http_requests_total{method="GET",route="/stats/*",status="200"}')).toBe(2)
    expect(value('sls_http_requests_total{method="other",route="none",status="404"}')).toBe(3)
    const bucket = (le: string) =>
      value(`sls_http_request_duration_seconds_bucket{le="${le}",method="GET",route="/stats/*"}`)
    expect([bucket('0.01'), bucket('0.025'), bucket('+Inf')]).toEqual([1, 2, 2])
    expect(text).not.toContain('BREW')
  })

  it('counts refusals by reason and by the role of the port, from 0', async () => {
    const { emit, scrape } = buildMetrics()
    const refused = (listener: string, count: number) =>
      emit({
        type: 'refused',
        listener,
        reason: 'not-live',
        count,
        lastPeer: '203.0.113.7:1',
        lastStreamId: 'guess',
        latencyMs: -1,
        encryption: 'unknown',
      })
    refused('play:4000', 3)
    // Closed by a reload.
    refused('play:5000', 4)
    refused('publish:4001', 1)
    const { value, series, text } = await scrape()
    expect(value('sls_refusals_total{reason="not-live",role="player"}')).toBe(7)
    expect(value('sls_refusals_total{reason="not-live",role="publisher"}')).toBe(1)
    expect(value('sls_refusals_total{reason="token-used-up",role="player"}')).toBe(0)
    expect([...series.keys()].filter(name => name.startsWith('sls_refusals_total')).length).toBe(32)
    expect(text).not.toContain('guess')
  })

  it('counts sessions and play tokens', async () => {
    const { connect, disconnect, scrape, emit } = buildMetrics()
    connect({ connectionId: 1 })
    connect({ ...player(), connectionId: 2, tokenId: 'abc' })
    disconnect(2, 0)
    emit({ type: 'disconnected', connectionId: 1, reason: 'bitrate', durationMs: 1, bytes: 0 })
    // Parked, and refused by the hook: never a session.
    emit({ type: 'disconnected', connectionId: 3, reason: 'refused', durationMs: 1, bytes: 0 })
    const { value } = await scrape()
    expect(value('sls_sessions_started_total{role="publisher"}')).toBe(1)
    expect(value('sls_sessions_started_total{role="player"}')).toBe(1)
    expect(value('sls_play_tokens_used_total')).toBe(1)
    expect(value('sls_sessions_ended_total{role="player",reason="peer"}')).toBe(1)
    expect(value('sls_sessions_ended_total{role="publisher",reason="bitrate"}')).toBe(1)
    expect(value('sls_sessions_ended_total{role="publisher",reason="refused"}')).toBe(0)
  })

  it('counts events that were lost, and rows of the access log', async () => {
    const { metrics, world, emit, scrape } = buildMetrics()
    emit({ type: 'log', level: 'warn', area: 'a', text: 't', count: 1 })
    world.seq += 5
    emit({ type: 'resync' })
    metrics.accessLogDropped(3)
    const { value } = await scrape()
    expect(value('sls_events_lost_total')).toBe(5)
    expect(value('sls_access_log_dropped_rows_total')).toBe(3)
  })

  it('says that the data plane has stopped, and passes other errors on', async () => {
    let error = new AppError('ENGINE_STOPPED', 'stopped')
    const connections = () => {
      throw error
    }
    const { scrape } = buildMetrics({ connections })
    const { value } = await scrape()
    expect(value('sls_up')).toBe(0)
    expect(value('sls_relay_received_bytes_total')).toBe(0)
    error = new AppError('INTERNAL', 'broken')
    await expect(scrape()).rejects.toThrow('broken')
  })

  it('gives two scrapes at once the same picture', async () => {
    const { world, scrape } = buildMetrics()
    world.live = [sample({ bytes: 500 })]
    const [one, other] = await Promise.all([scrape(), scrape()])
    for (const { value } of [one, other]) expect(value('sls_relay_received_bytes_total')).toBe(500)
  })
})
