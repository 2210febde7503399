import { expect, it } from 'vitest'
import { bearer } from '../support/build.ts'
import { buildRealServer } from '../support/real-server.ts'

const URL = '/api/stream-ids'

it('adds, publishes, shows and removes over the parts of the program', async () => {
  const server = await buildRealServer()
  const { app, engine, keys } = server
  const payload = '{"publisher":"pub_1","player":"live_1"}'
  const added = await app.inject({ method: 'POST', url: URL, headers: bearer(keys.write), payload })
  expect(added.statusCode).toBe(200)
  expect(engine.connect({ listener: 'publish:4001', streamId: 'pub_1' })).toMatchObject({ connectionId: 1 })
  // The picture of who is live may be a quarter of a second old.
  server.clock.advance(300)
  const shown = await app.inject({ url: `${URL}/live_1`, headers: bearer(keys.read) })
  expect(shown.json().data).toMatchObject({ publisher: 'pub_1', player: 'live_1', live: true })
  const removed = await app.inject({ method: 'DELETE', url: `${URL}/live_1`, headers: bearer(keys.admin) })
  expect(removed.statusCode).toBe(200)
  expect(engine.connect({ listener: 'publish:4001', streamId: 'pub_1' })).toEqual({
    refused: 'unknown-stream-id',
  })
})

it('binds a key to its players, makes tokens, and keeps its logs in the database', async () => {
  const server = await buildRealServer()
  const { app, keys, streamIds, accessLog } = server
  await streamIds.add({ publisher: 'pub_1', player: 'live_1' }, null)
  await streamIds.add({ publisher: 'pub_2', player: 'other' }, null)
  const bound = await server.addKey({ permissions: 'write', scope: { prefix: 'live_' } })
  const list = await app.inject({ url: URL, headers: bearer(bound) })
  expect(list.json().data).toEqual([{ publisher: 'pub_1', player: 'live_1' }])
  expect((await app.inject({ url: `${URL}/other`, headers: bearer(bound) })).statusCode).toBe(404)
  const token = await app.inject({
    method: 'POST',
    url: `${URL}/live_1/tokens`,
    headers: bearer(bound),
    payload: '{}',
  })
  expect(token.statusCode).toBe(200)
  expect(token.json().data.stream_id).toContain('token=')
  await accessLog.flush()
  const log = await app.inject({ url: '/api/access-logs', headers: bearer(keys.admin) })
  expect(log.json().data).toMatchObject([
    { method: 'POST', status: 200 },
    { method: 'GET', status: 404 },
    { method: 'GET', status: 200 },
  ])
})

it('records in the database what authz let through', async () => {
  const { app, accessLog } = await buildRealServer({ authz: 'log' })
  await app.inject({ url: URL, headers: { 'x-request-id': 'trace-1' } })
  await accessLog.flush()
  expect(await accessLog.find({ limit: 10 })).toMatchObject([
    { wouldDeny: 'API_KEY_MISSING', requestId: 'trace-1', apiKeyName: null, responseCode: 200 },
  ])
})

it('counts its own answers in the metrics, by pattern and never by path', async () => {
  const { app, keys } = await buildRealServer({ metricsToken: 'a-token-of-the-metrics' })
  await app.inject({ url: `${URL}/a-secret-id`, headers: bearer(keys.read) })
  await app.inject('/another-secret')
  const { statusCode, body } = await app.inject({
    url: '/metrics',
    headers: bearer('a-token-of-the-metrics'),
  })
  expect(statusCode).toBe(200)
  expect(body).toContain('route="/api/stream-ids/*"')
  expect(body).toContain('route="none"')
  expect(body).not.toMatch(/a-secret-id|another-secret/)
})
