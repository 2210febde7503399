import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { hookServer } from '../fixtures/hook-server.ts'
import { type Server, startServer } from '../support/server.ts'
import { until } from '../support/wait.ts'

const SRT = { webhook_networks: '127.0.0.1' }
const EVENTS = 400

interface Made {
  id: number
  secret: string
}

async function addWebhook(server: Server, body: object): Promise<Made> {
  const answer = await server.api('POST', '/api/webhooks', body)
  if (answer.status !== 200) throw new Error(`no webhook: ${JSON.stringify(answer.body)}`)
  // The route's own test has the shape of it.
  return (answer.body as { data: Made }).data
}

/** Another process writes them, as the server's own hub does. Every third is of a type that nobody wants. */
const insertEvents = (server: Server) =>
  server.sql(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${EVENTS})
    INSERT INTO events (at_ms, type, players, data)
    SELECT 1795251600000 + i, iif(i % 3 = 0, 'stop', 'publish'), '["live_1"]', json_object('number', i) FROM n`)

it('gets every event in order and at least once, over SIGKILL in the middle of calls', {
  timeout: 240_000,
}, async () => {
  const hook = await hookServer(response => void sleep(2).then(() => response.writeHead(204).end()))
  const first = await startServer({ srt: SRT })
  const { adminKey, folder, ports } = first
  const url = `${hook.url.replace('127.0.0.1', 'localhost')}/in?token=a-secret`
  const { secret } = await addWebhook(first, { url, events: ['publish'] })
  await first.stop()
  await insertEvents(first)
  let server = first
  for (const received of [30, 90, 91, 200]) {
    server = await startServer({ srt: SRT, folder, ports, adminKey })
    const what = `${received} calls`
    await until(() => hook.requests.length >= received, { deadlineMs: 60_000, what, everyMs: 1 })
    server.signal('SIGKILL')
    await server.exit
  }
  server = await startServer({ srt: SRT, folder, ports, adminKey })
  const numbers = () => hook.requests.map(({ body }) => Number(JSON.parse(body).data.number))
  await until(() => numbers().at(-1) === EVENTS, { deadlineMs: 60_000, what: 'the last event' })
  const wanted = Array.from({ length: EVENTS }, (_, i) => i + 1).filter(i => i % 3 !== 0)
  // Whatever came twice came twice in a row.
  expect(numbers().filter((number, i, all) => number !== all[i - 1])).toEqual(wanted)
  expect(hook.requests.length - wanted.length).toBeLessThanOrEqual(4)
  for (const { headers, body } of hook.requests)
    new Webhook(secret).verify(body, headers as Record<string, string>)
  const isDone = async () =>
    JSON.stringify((await server.api('GET', '/api/webhooks/1')).body).includes('"pending":0')
  await until(isDone, { deadlineMs: 30_000, what: 'nothing to be pending' })
  await server.stop()
  expect(`${first.child.output}${server.child.output}`).not.toMatch(/whsec_|a-secret/)
})

it('is bound to webhook_networks as they are now, and what it waits for outlives a restart', {
  timeout: 120_000,
}, async () => {
  let status = 204
  const hook = await hookServer(response => response.writeHead(status).end())
  const server = await startServer({ srt: SRT })
  const { id } = await addWebhook(server, { url: hook.url, events: ['publish', 'stop'] })
  const test = async () => (await server.api('POST', `/api/webhooks/${id}/test`)).body
  expect(await test()).toMatchObject({ data: { status: 204, error: null } })
  const change = (networks: string) => server.api('PATCH', '/api/config', { webhook_networks: networks })
  expect((await change('10.0.0.0/8')).status).toBe(200)
  expect(await test()).toMatchObject({
    data: { status: null, error: expect.stringMatching(/^the URL must not lead to 127\.0\.0\.1/) },
  })
  expect((await server.api('POST', '/api/webhooks', { url: hook.url })).status).toBe(400)
  await server.stop()
  await insertEvents(server)
  status = 500
  const { folder, ports, adminKey } = server
  const again = await startServer({ srt: SRT, folder, ports, adminKey })
  const shown = async () => JSON.stringify((await again.api('GET', `/api/webhooks/${id}`)).body)
  await until(async () => (await shown()).includes('"error":"answered 500"'), {
    deadlineMs: 60_000,
    what: 'a failed delivery',
  })
  expect(await shown()).toMatch(new RegExp(`"pending":${EVENTS}`))
  again.signal('SIGKILL')
  await again.exit
  const rows = await again.sql(
    'SELECT attempt > 0 AS failed, next_attempt_ms > 0 AS waits, failing_since_ms > 0 AS fails FROM webhooks',
  )
  expect(rows).toEqual([{ failed: 1, waits: 1, fails: 1 }])
})

it('goes down at once although an endpoint says nothing', { timeout: 120_000 }, async () => {
  const hook = await hookServer(() => undefined)
  const first = await startServer({ srt: SRT })
  await addWebhook(first, { url: hook.url, events: ['publish'] })
  await first.stop()
  await insertEvents(first)
  const { folder, ports, adminKey } = first
  const server = await startServer({ srt: SRT, folder, ports, adminKey })
  await until(() => hook.requests.length === 1, { deadlineMs: 60_000, what: 'a call' })
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(server.child.output).not.toContain('still busy')
  // It was neither taken nor refused.
  expect(await server.sql('SELECT attempt FROM webhooks')).toEqual([{ attempt: 0 }])
  expect(await server.sql('SELECT count(*) AS rows FROM webhook_deliveries')).toEqual([{ rows: 0 }])
})
