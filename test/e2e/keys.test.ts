import { describe, expect, it } from 'vitest'
import { startServer } from '../support/server.ts'
import { until } from '../support/wait.ts'

const OPS_KEY = 'ops-key-0123456789-abcdef'
const CI_KEY = 'ci-key-0123456789-abcdef'
const CONFIGURED = [
  { key: OPS_KEY, name: 'ops', permissions: 'admin' },
  { key: CI_KEY, name: 'ci', permissions: 'write', scope: { prefix: 'ci_' } },
]

const as = (key: string) => ({ headers: { 'x-api-key': key } })

describe('API keys', () => {
  it('from the environment work, and are in no file', async () => {
    const env = { SLS_API_KEYS: Buffer.from(JSON.stringify(CONFIGURED)).toString('base64') }
    const server = await startServer({ env })
    expect((await server.request('GET', '/api/keys', as(OPS_KEY))).status).toBe(200)
    const pair = { publisher: 'p', player: 'ci_1' }
    expect((await server.request('POST', '/api/stream-ids', { ...as(CI_KEY), body: pair })).status).toBe(200)
    const foreign = { publisher: 'q', player: 'live_1' }
    const denied = await server.request('POST', '/api/stream-ids', { ...as(CI_KEY), body: foreign })
    expect(denied).toMatchObject({ status: 403, body: { code: 'SCOPE_DENIED' } })
    const listed = await server.request('GET', '/api/keys', as(OPS_KEY))
    expect(JSON.stringify(listed.body)).toContain('"conf:1"')
    const revoked = await server.request('DELETE', '/api/keys/conf:1', as(OPS_KEY))
    expect(revoked).toMatchObject({ status: 409, body: { code: 'API_KEY_NOT_STORED' } })
    await server.stop()
    expect(await server.sql('SELECT name FROM api_keys')).toEqual([{ name: 'Default Admin Key' }])
    expect(server.readFile('streams.db')).not.toContain(OPS_KEY)
    expect(server.child.output).not.toContain(OPS_KEY)
    expect(server.child.output).not.toContain(CI_KEY)
  })

  it('are revoked at once, rotated with an overlap, and expire', async () => {
    const server = await startServer()
    const make = async (body: object) =>
      (await server.api('POST', '/api/keys', body)).body as { api_key: string; data: { id: number } }
    const doomed = await make({ name: 'doomed', permissions: 'read' })
    const list = (key: string) => server.request('GET', '/api/stream-ids', as(key))
    expect((await list(doomed.api_key)).status).toBe(200)
    expect((await server.api('DELETE', `/api/keys/${doomed.data.id}`)).status).toBe(200)
    expect((await list(doomed.api_key)).status).toBe(401)

    const brief = await make({ name: 'brief', expires_in: 1 })
    await until(async () => (await list(brief.api_key)).status === 401, {
      deadlineMs: 10_000,
      what: 'the end of the key',
    })

    const old = await make({ name: 'rotated', permissions: 'write' })
    const rotated = await server.api('POST', `/api/keys/${old.data.id}/rotate`, { overlap: 3600 })
    const { api_key } = rotated.body as { api_key: string }
    expect((await list(old.api_key)).status).toBe(200)
    expect((await list(api_key)).status).toBe(200)
    const hard = await server.api('POST', `/api/keys/${old.data.id}/rotate`)
    expect(hard.status).toBe(200)
    expect((await list(old.api_key)).status).toBe(401)
    for (const key of [doomed.api_key, brief.api_key, old.api_key, api_key]) {
      expect(server.child.output).not.toContain(key)
      expect(JSON.stringify((await server.api('GET', '/api/keys')).body)).not.toContain(key)
    }
  })

  it('the last admin key stays, over the API and on the command line', async () => {
    const server = await startServer()
    expect((await server.api('DELETE', '/api/keys/1')).body).toMatchObject({ code: 'API_KEY_LAST_ADMIN' })
    const cli = await server.cli('-c', server.confFile, 'keys', 'revoke', '1')
    expect(cli.code).not.toBe(0)
    expect((await server.api('GET', '/api/keys')).status).toBe(200)
    const second = await server.api('POST', '/api/keys', { name: 'second', permissions: 'admin' })
    const { api_key } = second.body as { api_key: string }
    expect((await server.request('DELETE', '/api/keys/1', as(api_key))).status).toBe(200)
    expect((await server.api('GET', '/api/keys')).status).toBe(401)
  })

  it('a guesser is slowed down while the owner works on', async () => {
    const server = await startServer()
    const guess = (i: number) => server.request('GET', '/api/keys', as(`wrong-key-number-${i}`))
    const guesses = Array.from({ length: 40 }, (_, i) => guess(i).then(answer => answer.status))
    for (let i = 0; i < 10; i++) expect((await server.api('GET', '/api/stream-ids')).status).toBe(200)
    const codes = await Promise.all(guesses)
    expect(codes).toContain(429)
    expect(new Set(codes)).toEqual(new Set([401, 429]))
  })
})
