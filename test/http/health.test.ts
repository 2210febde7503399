import { describe, expect, it } from 'vitest'
import { buildTestServer } from '../support/build.ts'

describe('GET /health', () => {
  it('says what runs, and since when', async () => {
    const { app, clock } = buildTestServer()
    await app.ready()
    clock.advance(61_900)
    const response = await app.inject('/health')
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"service":"srt-live-server","status":"ok","uptime":61,"version":"2.0.0"}')
    expect(response.headers['content-type']).toBe('application/json')
  })

  it('answers 503 on the way down', async () => {
    const { app, state } = buildTestServer()
    state.isDraining = true
    const response = await app.inject('/health')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toMatchObject({ service: 'srt-live-server', status: 'draining' })
  })

  it('answers HEAD with the same headers and no body', async () => {
    const { app } = buildTestServer()
    const get = await app.inject('/health')
    const head = await app.inject({ method: 'HEAD', url: '/health' })
    expect(head.statusCode).toBe(200)
    expect(head.body).toBe('')
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
    expect(head.headers['content-type']).toBe('application/json')
  })

  it('is never limited and never written to the access log', async () => {
    const { app, access } = buildTestServer({ limits: { api: 1, stats: 1, config: 1 } })
    const statuses = []
    for (let i = 0; i < 50; i++) statuses.push((await app.inject('/health')).statusCode)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(access).toEqual([])
  })
})
