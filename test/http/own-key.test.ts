import { describe, expect, it } from 'vitest'
import { buildRealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

const LISTENERS = [
  { player: 4000, publisher: 4001, publisher_srtla: null },
  { player: 5000, publisher: 5001, publisher_srtla: 5002 },
]
const SRT_PORTS = LISTENERS.map(({ player, publisher, publisher_srtla }) => ({
  ...{ player, publisher, publisherSrtla: publisher_srtla },
}))

describe('GET /api/key', () => {
  it('tells each key what it may, and where streams come and go', async () => {
    const server = await buildRealServer({ srtPorts: SRT_PORTS })
    const scope = { players: ['a', 'b'] }
    const scoped = await server.addKey({ name: 'Of A', permissions: 'write', scope })
    const own = async (key: string) => (await ask(server.app, 'GET /api/key', { key })).json()
    const answer = (data: object) => ({ data: { listeners: LISTENERS, ...data }, status: 'success' })
    expect(await own(server.keys.read)).toEqual(answer({ name: 'read', permissions: 'read', scope: null }))
    expect(await own(server.keys.admin)).toEqual(answer({ name: 'admin', permissions: 'admin', scope: null }))
    expect(await own(scoped)).toEqual(answer({ name: 'Of A', permissions: 'write', scope }))
  })

  it('is for keys only, but where none is asked for', async () => {
    const server = await buildRealServer({})
    expect((await ask(server.app, 'GET /api/key')).statusCode).toBe(401)
    expect((await ask(server.app, 'GET /api/key', { key: 'nobody' })).statusCode).toBe(401)
    server.settings.authz = 'off'
    const body = (await ask(server.app, 'GET /api/key')).json()
    expect(body).toMatchObject({ data: { name: null, permissions: 'admin', scope: null } })
  })
})
