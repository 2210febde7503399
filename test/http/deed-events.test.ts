import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask, type Method } from './ask.ts'

const KEY_NAME = 'admin'

async function told({ events }: RealServer) {
  await events.flush()
  return (await events.after(0, 1000)).map(({ type, player, players, data }) => ({
    type,
    player,
    players,
    data,
  }))
}

async function answered(server: RealServer, line: `${Method} ${string}`, body?: unknown): Promise<void> {
  const { statusCode } = await ask(server.app, line, {
    key: server.keys.admin,
    ...(body === undefined ? {} : { body }),
  })
  expect([line, statusCode]).toEqual([line, 200])
}

const about = (player: string, players: readonly string[]) => ({ player, players })
const NOBODY = { player: null, players: [] }

describe('what operators do is told', () => {
  it('of stream IDs', async () => {
    const server = await buildRealServer()
    const pair = { publisher: 'studio_secret', player: 'live_1', passphrase: 'a secret passphrase' }
    await answered(server, 'POST /api/stream-ids', pair)
    await answered(server, 'POST /api/stream-ids', { publisher: 'studio_secret', player: 'live_2' })
    await answered(server, 'PATCH /api/stream-ids/live_2', {
      max_players: 3,
      passphrase: 'another passphrase',
    })
    await answered(server, 'PATCH /api/stream-ids/live_2', {})
    await answered(server, 'DELETE /api/stream-ids/live_2')
    await answered(server, 'POST /api/stream-ids/import?dry_run=true', [{ publisher: 'p', player: 'q' }])
    await answered(server, 'POST /api/stream-ids/import', [{ publisher: 'p', player: 'q' }])
    const events = await told(server)
    expect(events).toEqual([
      { type: 'stream_id.created', ...about('live_1', ['live_1']), data: { by: KEY_NAME } },
      { type: 'stream_id.created', ...about('live_2', ['live_1', 'live_2']), data: { by: KEY_NAME } },
      {
        ...{ type: 'stream_id.changed', ...about('live_2', ['live_1', 'live_2']) },
        data: { by: KEY_NAME, fields: expect.arrayContaining(['max_players', 'passphrase']) },
      },
      { type: 'stream_id.deleted', ...about('live_2', ['live_2']), data: { by: KEY_NAME } },
      { type: 'stream_id.imported', ...NOBODY, data: { by: KEY_NAME, created: 1, updated: 0, skipped: 0 } },
    ])
    expect(JSON.stringify(events)).not.toMatch(/secret|another/)
  })

  it('of keys, without the keys', async () => {
    const server = await buildRealServer()
    const create = { key: server.keys.admin, body: { name: 'Grafana' } }
    const made = (await ask(server.app, 'POST /api/keys', create)).json()
    const id = made.data.id
    const rotate = { key: server.keys.admin, body: {} }
    const next = (await ask(server.app, `POST /api/keys/${id}/rotate`, rotate)).json()
    await answered(server, `DELETE /api/keys/${next.data.id}`)
    expect((await ask(server.app, 'DELETE /api/keys/999', { key: server.keys.admin })).statusCode).toBe(404)
    const events = await told(server)
    const by = { by: KEY_NAME, name: 'Grafana' }
    expect(events).toEqual([
      { type: 'key.created', ...NOBODY, data: { ...by, key_id: id, permissions: 'read' } },
      { type: 'key.rotated', ...NOBODY, data: { ...by, key_id: id } },
      { type: 'key.revoked', ...NOBODY, data: { ...by, key_id: next.data.id } },
    ])
    for (const key of [made.api_key, next.api_key]) expect(JSON.stringify(events)).not.toContain(key)
  })

  it('of the configuration, by the names of the directives', async () => {
    const change = async () => [{ directive: 'token_secret', from: '***', to: '***' }]
    const server = await buildRealServer({}, { config: { effective: () => [], change } })
    await answered(server, 'PATCH /api/config', { token_secret: 'a-secret-of-more-than-32-characters!' })
    expect(await told(server)).toEqual([
      { type: 'config.changed', ...NOBODY, data: { by: KEY_NAME, directives: ['token_secret'] } },
    ])
  })

  it('also where nobody needs a key, and never for what was refused', async () => {
    const server = await buildRealServer({ authz: 'off' })
    await ask(server.app, 'POST /api/stream-ids', { body: { publisher: 'p', player: 'q' } })
    await ask(server.app, 'POST /api/stream-ids', { body: { publisher: 'p', player: 'q' } })
    await ask(server.app, 'DELETE /api/stream-ids/none')
    expect(await told(server)).toEqual([
      { type: 'stream_id.created', ...about('q', ['q']), data: { by: 'nobody' } },
    ])
  })

  it('with the fields that the catalogue promises', async () => {
    const server = await buildRealServer()
    await answered(server, 'POST /api/stream-ids', { publisher: 'p', player: 'q' })
    await answered(server, 'PATCH /api/stream-ids/q', { max_players: 3 })
    await answered(server, 'POST /api/keys', { name: 'x' })
    const { engine } = server
    const connect = (listener: string, streamId: string) => {
      const result = engine.connect({ listener, streamId })
      return 'connectionId' in result ? result.connectionId : 0
    }
    const publisher = connect('publish:4001', 'p')
    engine.disconnect(connect('play:4000', 'q'))
    engine.disconnect(publisher)
    connect('play:4000', 'misspelt')
    server.clock.advance(1500)
    engine.tick()
    await new Promise(resolve => setTimeout(resolve, 50))
    const events = await told(server)
    const types = events.map(({ type }) => type)
    expect(types.slice(3)).toEqual(['publish', 'play', 'stop', 'unpublish', 'refused'])
    for (const { type, data } of events) {
      const example = Object.entries(EVENT_TYPES).find(([name]) => name === type)?.[1].example ?? {}
      const missing = Object.keys(example).filter(field => !Object.hasOwn(data, field))
      expect([type, missing]).toEqual([type, []])
    }
  })
})
