import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/lib/errors.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

const SECRET = 'a secret of SRT'
const PUBLISHER = 'publisher-that-is-secret'

/** One change after the other by the admin, from an address of its own. */
async function changeEverything({ app, keys, engine, clock }: RealServer): Promise<string[]> {
  const key = keys.admin
  const answers: string[] = []
  const change = async (line: Parameters<typeof ask>[1], body?: unknown) => {
    const response = await ask(app, line, { key, body, remoteAddress: '203.0.113.5' })
    expect([line, response.statusCode]).toEqual([line, 200])
    answers.push(response.body)
    return response.json()
  }
  const ids = '/api/stream-ids'
  await change(`POST ${ids}`, { publisher: PUBLISHER, player: 'q', description: 'D', passphrase: SECRET })
  await change(`POST ${ids}/import`, [{ publisher: PUBLISHER, player: 'r', passphrase: SECRET }])
  await change(`PATCH ${ids}/q`, { publisher: PUBLISHER, passphrase: SECRET, max_players: 5 })
  await change(`POST ${ids}/q/tokens`, { max_uses: 1 })
  await change('DELETE /api/tokens/q')
  engine.connect({ listener: 'publish:4001', streamId: PUBLISHER })
  const viewer = engine.connect({ listener: 'play:4000', streamId: 'q' })
  clock.advance(300)
  await change(`DELETE /api/sessions/${'connectionId' in viewer ? viewer.connectionId : 0}`)
  await change('DELETE /api/disconnect/q')
  await change(`DELETE ${ids}/r`)
  const { data } = await change('POST /api/keys', { name: 'Studio', scope: { prefix: 'a' } })
  const rotated = await change(`POST /api/keys/${data.id}/rotate`, { overlap: 5 })
  await change(`DELETE /api/keys/${rotated.data.id}`)
  return answers
}

describe('the audit log', () => {
  it('has every change: who, from where, what and to what', async () => {
    const server = await buildRealServer()
    await changeEverything(server)
    const response = await ask(server.app, 'GET /api/audit-logs', { key: server.keys.admin })
    expect(response.statusCode).toBe(200)
    const { data, next_cursor, status } = response.json()
    expect({ next_cursor, status }).toEqual({ next_cursor: null, status: 'success' })
    const subjects = data.map(({ action, subject }: Record<string, string>) => `${action} ${subject}`)
    expect(subjects.reverse()).toEqual([
      'stream-id.added q',
      'stream-id.imported 1 rows',
      'stream-id.changed q',
      'token.issued q',
      'token.revoked q',
      'session.ended 2',
      'publisher.disconnected 1',
      'stream-id.removed r',
      'key.created 4',
      'key.rotated 4',
      'key.revoked 5',
    ])
    for (const entry of data) {
      expect(entry).toMatchObject({ address: '203.0.113.5', key_id: 1, key_name: 'admin' })
      expect(entry.at).toMatch(/Z$/)
    }
    const changed = data.find(({ action }: { action: string }) => action === 'stream-id.changed')
    expect(changed.details).toEqual({ publisher: 'publ…', passphrase: 'set', max_players: 5 })
    const created = data.find(({ action }: { action: string }) => action === 'key.created')
    expect(created.details).toMatchObject({ name: 'Studio', scope: { prefix: 'a' }, permissions: 'read' })
  })

  it('has no secret', async () => {
    const server = await buildRealServer()
    const answers = await changeEverything(server)
    const { body } = await ask(server.app, 'GET /api/audit-logs?limit=1000', { key: server.keys.admin })
    const given = answers.flatMap(answer => {
      const { api_key: apiKey, data } = JSON.parse(answer)
      return [apiKey, data?.token].filter(secret => secret !== undefined)
    })
    expect(given).toHaveLength(3)
    for (const secret of [SECRET, PUBLISHER, server.keys.admin, ...given]) expect(body).not.toContain(secret)
  })

  it('has nothing of what was refused or changed nothing', async () => {
    const server = await buildRealServer()
    const { app, keys } = server
    await server.streamIds.add({ publisher: 'p', player: 'q' }, null)
    for (const [line, body, key] of [
      ['POST /api/stream-ids', { publisher: 'p', player: 'q' }, keys.write],
      ['POST /api/stream-ids', { publisher: 'p', player: 'x' }, keys.read],
      ['POST /api/stream-ids/import', [], keys.write],
      ['POST /api/stream-ids/import?on_conflict=skip', [{ publisher: 'p', player: 'q' }], keys.write],
      ['POST /api/stream-ids/import?dry_run=true', [{ publisher: 'p', player: 'z' }], keys.write],
      ['PATCH /api/stream-ids/q', {}, keys.write],
      ['PATCH /api/stream-ids/none', { max_players: 1 }, keys.write],
      ['DELETE /api/stream-ids/none', undefined, keys.admin],
      ['DELETE /api/sessions/9', undefined, keys.write],
      ['DELETE /api/disconnect/q', undefined, keys.write],
      ['DELETE /api/keys/99', undefined, keys.admin],
      ['DELETE /api/keys/1', undefined, keys.admin],
    ] as const) {
      await ask(app, line, { key, body })
    }
    expect(await server.audit.find({ limit: 10 })).toEqual([])
  })

  it('comes in pages and by action', async () => {
    const server = await buildRealServer()
    await changeEverything(server)
    const list = async (query: string) =>
      (await ask(server.app, `GET /api/audit-logs${query}`, { key: server.keys.admin })).json()
    const first = await list('?limit=6')
    const second = await list(`?limit=6&cursor=${first.next_cursor}`)
    expect([first.data.length, second.data.length, second.next_cursor]).toEqual([6, 5, null])
    const ids = [...first.data, ...second.data].map(({ id }: { id: number }) => id)
    expect(ids).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect((await list('?action=key.created')).data).toMatchObject([{ action: 'key.created' }])
    expect((await list('?action=key')).data).toEqual([])
    expect((await list('?who=me')).code).toBe('QUERY_INVALID')
  })

  it('may be out of order: what was done is answered as done, and the log has it', async () => {
    const add = async () => {
      throw new AppError('STORE_UNAVAILABLE', 'the disk is full')
    }
    const server = await buildRealServer({}, { audit: { add, find: async () => [] } })
    await changeEverything(server)
    const lines = server.log.from(50)
    expect(lines.map(({ action }) => action)).toContain('key.created')
    expect(lines).toHaveLength(11)
    expect(lines[0]).toMatchObject({
      apiKeyName: 'admin',
      ipAddress: '203.0.113.5',
      action: 'stream-id.added',
    })
    expect(JSON.stringify(lines)).not.toContain(SECRET)
  })

  it('names nobody where authz let somebody without a key do it', async () => {
    const server = await buildRealServer({ authz: 'off' })
    await ask(server.app, 'POST /api/stream-ids', { body: { publisher: 'p', player: 'q' } })
    expect(await server.audit.find({ limit: 5 })).toMatchObject([{ apiKeyId: null, apiKeyName: null }])
  })
})
