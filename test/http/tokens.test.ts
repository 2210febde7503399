import { beforeEach, describe, expect, it } from 'vitest'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

let server: RealServer

beforeEach(async () => {
  server = await buildRealServer()
  await server.streamIds.add({ publisher: 'p', player: 'live/1' }, null)
  await server.streamIds.add({ publisher: 'p', player: 'only', isTokensOnly: true }, null)
  server.engine.connect({ listener: 'publish:4001', streamId: 'p' })
})

const issue = (player: string, body?: unknown, key = server.keys.write) =>
  ask(server.app, `POST /api/stream-ids/${player}/tokens`, { key, body })

const revoke = (player: string, key = server.keys.write) =>
  ask(server.app, `DELETE /api/tokens/${player}`, { key })

function play(streamId: string, peer = '192.0.2.1:5000') {
  server.engine.tick()
  return server.engine.connect({ listener: 'play:4000', streamId, peer })
}

describe('POST /api/stream-ids/{player}/tokens', () => {
  it.each([[undefined], [{}]])('makes a token for an hour with %j', async body => {
    const response = await issue('live/1', body)
    expect(response.statusCode).toBe(200)
    const { data, status } = response.json()
    expect(status).toBe('success')
    expect(data).toEqual({
      expires_at: '2026-01-31T13:00:00Z',
      stream_id: `#!::m=request,token=${data.token}`,
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_id: expect.stringMatching(/^[\w-]{12}$/),
    })
    expect(play(data.stream_id)).toHaveProperty('connectionId')
    expect(play(`#!::r=live/1,m=request,token=${data.token}`)).toHaveProperty('connectionId')
  })

  it('names the player where nobody gets in without one', async () => {
    const { data } = (await issue('only')).json()
    expect(data.stream_id).toBe(`#!::r=only,m=request,token=${data.token}`)
    expect(play('only')).toEqual({ refused: 'token-missing' })
    expect(play(data.stream_id)).toHaveProperty('connectionId')
  })

  it('keeps to address, uses and time', async () => {
    const body = { expires_in: 60, address: '192.0.2.0/24', max_uses: 2 }
    const { stream_id: streamId } = (await issue('only', body)).json().data
    expect(play(streamId, '198.51.100.1:1')).toEqual({ refused: 'token-invalid' })
    expect(play(streamId)).toHaveProperty('connectionId')
    expect(play(streamId)).toHaveProperty('connectionId')
    expect(play(streamId)).toEqual({ refused: 'token-used-up' })
    const { stream_id: shortLived } = (await issue('only', { expires_in: 1 })).json().data
    server.clock.advance(1000)
    expect(play(shortLived)).toEqual({ refused: 'token-expired' })
  })

  it.each([
    [{ expires_in: 0 }],
    [{ expires_in: 2_592_001 }],
    [{ expires_in: '60' }],
    [{ address: 'localhost' }],
    [{ address: '10.0.0.0/33' }],
    [{ address: '' }],
    [{ address: null }],
    [{ max_uses: -1 }],
    [{ max_uses: 1_000_001 }],
    [{ expires: 5 }],
    [[]],
    ['{'],
  ])('refuses %j', async body => {
    const response = await issue('only', body)
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('BODY_INVALID')
    expect(await server.audit.find({ limit: 5 })).toEqual([])
  })

  it('knows no other player, and for a bound key only its own', async () => {
    const key = await server.addKey({ permissions: 'write', scope: { players: ['only'] } })
    expect((await issue('only', {}, key)).statusCode).toBe(200)
    const missing = await issue('nobody', {}, key)
    const foreign = await issue('live/1', {}, key)
    expect([foreign.statusCode, foreign.body]).toEqual([missing.statusCode, missing.body])
    expect(missing.body).toBe('{"code":"STREAM_ID_UNKNOWN","message":"Stream ID not found","status":"error"}')
  })

  it('is written down without the token', async () => {
    const { data } = (await issue('only', { max_uses: 3 })).json()
    const [entry] = await server.audit.find({ limit: 5 })
    expect(entry).toMatchObject({
      action: 'token.issued',
      subject: 'only',
      details: { token_id: data.token_id, expires_at: data.expires_at, address: null, max_uses: 3 },
    })
    expect(JSON.stringify(entry)).not.toContain(data.token)
  })
})

describe('DELETE /api/tokens/{player}', () => {
  it('voids what was made so far, and nothing that comes later', async () => {
    const { stream_id: old } = (await issue('only')).json().data
    const { stream_id: other } = (await issue('live/1')).json().data
    const response = await revoke('only')
    expect(response.body).toBe('{"message":"Play tokens revoked","status":"success"}')
    expect(play(old)).toEqual({ refused: 'token-invalid' })
    expect(play(other)).toHaveProperty('connectionId')
    expect(play((await issue('only')).json().data.stream_id)).toHaveProperty('connectionId')
    const shown = await ask(server.app, 'GET /api/stream-ids/only', { key: server.keys.read })
    expect(shown.json().data.tokens_not_before).toBe('2026-01-31T12:00:01Z')
    expect(await server.audit.find({ action: 'token.revoked', limit: 5 })).toMatchObject([
      { subject: 'only' },
    ])
  })

  it('takes slashes', async () => {
    expect((await revoke('live/1')).statusCode).toBe(200)
    expect((await revoke('live%2F1')).statusCode).toBe(200)
  })

  it('knows no other player, and for a bound key only its own', async () => {
    const key = await server.addKey({ permissions: 'write', scope: { players: ['only'] } })
    const { stream_id: foreign } = (await issue('live/1')).json().data
    const missing = await revoke('nobody', key)
    expect(missing.statusCode).toBe(404)
    expect((await revoke('live/1', key)).body).toBe(missing.body)
    expect(play(foreign)).toHaveProperty('connectionId')
  })
})
