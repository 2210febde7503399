import { describe, expect, it } from 'vitest'
import { buildTestServer } from '../support/build.ts'
import { ask } from './ask.ts'

describe('GET /ready', () => {
  it('says that the server can serve, without a key and without a limit', async () => {
    const { app, clock } = buildTestServer({ limits: { api: 1, stats: 1, config: 1 } })
    await app.ready()
    clock.advance(42_999)
    for (let count = 0; count < 5; count += 1) {
      const response = await ask(app, 'GET /ready')
      expect(response.statusCode).toBe(200)
      expect(response.body).toBe(
        '{"service":"srt-live-server","status":"ready","uptime":42,"version":"2.0.0"}',
      )
    }
  })

  it('says why not, all of it', async () => {
    const { app, state } = buildTestServer()
    state.notReady = ['The database does not answer', 'The SRT port of play:4000 is not open']
    const response = await ask(app, 'GET /ready')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toEqual({
      reasons: ['The database does not answer', 'The SRT port of play:4000 is not open'],
      service: 'srt-live-server',
      status: 'not ready',
      uptime: 0,
      version: '2.0.0',
    })
    expect((await ask(app, 'GET /health')).statusCode).toBe(200)
    state.notReady = []
    expect((await ask(app, 'GET /ready')).statusCode).toBe(200)
  })
})
