import { beforeEach, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/scope.ts'
import { bearer, buildTestServer, type TestServer } from '../support/build.ts'
import { ask } from './ask.ts'

let server: TestServer
/** Connection ids by stream ID. */
let ids: Record<string, number>

function connect(listener: string, streamId: string, peer: string): number {
  const result = server.engine.connect({ listener, streamId, peer, latencyMs: 1000, srtVersion: '1.5.3' })
  if ('refused' in result) throw new Error(result.refused)
  ids[streamId] = result.connectionId
  return result.connectionId
}

beforeEach(async () => {
  server = buildTestServer()
  ids = {}
  for (const [publisher, player] of [
    ['studio', 'team_1'],
    ['studio', 'team_2'],
    ['shared', 'team_3'],
    ['shared', 'rival_1'],
    ['secret', 'rival_2'],
  ] as const) {
    await server.streamIds.add({ publisher, player })
  }
  connect('publish:4001', 'studio', '[2001:db8::1]:51234')
  connect('publish:4001', 'shared', '198.51.100.7:1')
  connect('publish:4001', 'secret', '198.51.100.8:1')
  for (const player of ['team_1', 'team_3', 'rival_1', 'rival_2'])
    connect('play:4000', player, '192.0.2.1:40000')
  server.streamIds.kick = id => server.engine.kick(id)
})

const scoped = (scope: Scope) => server.keyRing.add('write', 'bound', { scope })

async function list(query = '', key = server.keys.read) {
  const response = await ask(server.app, `GET /api/sessions${query}`, { key })
  expect(response.statusCode).toBe(200)
  return response.json()
}

const names = async (query = '', key?: string) =>
  (await list(query, key)).data.map((session: { stream_id: string }) => session.stream_id)

describe('GET /api/sessions', () => {
  it('shows every counter of a publisher', async () => {
    server.clock.advance(60_000)
    server.engine.feed(ids['studio'] ?? 0, {
      ...{ bytes: 125_000, packets: 95, wireBytes: 130_000, packetsLost: 5, bytesLost: 6580 },
      ...{ packetsDropped: 3, bytesDropped: 3948, packetsRetransmitted: 2, packetsDuplicate: 4 },
      ...{ bufferMs: 118, bandwidthMbps: 94.2, rttMs: 41.3 },
    })
    const { data } = await list('?role=publisher')
    expect(data[0]).toEqual({
      address: '2001:db8::1',
      backlog_bytes: 0,
      bandwidth_mbps: 94.2,
      bitrate_kbps: 1000,
      buffer_ms: 118,
      counters: {
        bytes: 125_000,
        bytes_dropped: 3948,
        bytes_lost: 6580,
        packets: 95,
        packets_belated: 0,
        packets_dropped: 3,
        packets_duplicate: 4,
        packets_lost: 5,
        packets_retransmitted: 2,
        packets_undecrypted: 0,
        ring_overruns: 0,
        wire_bytes: 130_000,
      },
      encryption: 'none',
      id: ids['studio'],
      latency_ms: 1000,
      listener: 'publish:4001',
      loss_percent: expect.any(Number),
      player: null,
      port: 51_234,
      publisher: 'studio',
      role: 'publisher',
      rtt_ms: 41.3,
      since: '2026-01-31T12:00:00Z',
      srt_version: '1.5.3',
      stream_id: 'studio',
      token_id: null,
      uptime: 60,
    })
    expect(data[0].loss_percent).toBeGreaterThan(4)
  })

  it('shows players with their stream', async () => {
    const { data } = await list('?player=team_1')
    expect(data).toMatchObject([
      { role: 'player', player: 'team_1', publisher: 'studio', address: '192.0.2.1' },
    ])
  })

  it('has filters, and pages in the order of arrival', async () => {
    const all = ['studio', 'shared', 'secret', 'team_1', 'team_3', 'rival_1', 'rival_2']
    expect(await names()).toEqual(all)
    expect(await names('?role=player')).toEqual(all.slice(3))
    expect(await names('?publisher=shared')).toEqual(['shared', 'team_3', 'rival_1'])
    expect(await names('?publisher=shared&role=publisher')).toEqual(['shared'])
    expect(await names('?player=studio')).toEqual([])
    const seen: string[] = []
    let cursor = ''
    do {
      const { data, next_cursor } = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...data.map((session: { stream_id: string }) => session.stream_id))
      cursor = next_cursor ?? ''
      // Somebody who goes in between hides nobody else.
      if (seen.length === 4) server.engine.disconnect(ids['studio'] ?? 0)
    } while (cursor !== '')
    expect(seen).toEqual(all)
  })

  it.each([
    '?role=publish',
    '?limit=0',
    '?limit=1001',
    '?limit=x',
    '?cursor=',
    '?cursor=abc',
    '?x=1',
    '?role=player&role=player',
  ])('refuses %s', async query => {
    const response = await ask(server.app, `GET /api/sessions${query}`, { key: server.keys.read })
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('QUERY_INVALID')
  })

  it.each<[Scope, string[]]>([
    [{ prefix: 'team_' }, ['studio', 'team_1', 'team_3']],
    [{ players: ['team_1'] }, ['team_1']],
    [{ players: ['team_1', 'team_2'] }, ['studio', 'team_1']],
    [{ players: ['team_3', 'rival_1'] }, ['shared', 'team_3', 'rival_1']],
    [{ prefix: 'nobody' }, []],
    // Not a player's ID: it opens no publisher.
    [{ prefix: 's' }, []],
  ])('shows a key bound to %j its own', async (scope, expected) => {
    expect(await names('', scoped(scope))).toEqual(expected)
  })

  it('does not tell a bound key the ID of a publisher that others depend on too', async () => {
    const key = scoped({ prefix: 'team_' })
    const response = await ask(server.app, 'GET /api/sessions', { key })
    expect(response.body).not.toContain('shared')
    const { data } = await list('?player=team_3', key)
    expect(data).toMatchObject([{ player: 'team_3', publisher: '' }])
    // Nor lets it guess.
    expect(await names('?publisher=shared', key)).toEqual([])
    expect(await names('?publisher=studio', key)).toEqual(['studio', 'team_1'])
  })
})

describe('DELETE /api/sessions/{id}', () => {
  const end = (id: number | string, key = server.keys.write) =>
    ask(server.app, `DELETE /api/sessions/${id}`, { key })

  it.each(['studio', 'team_1'])('ends the session of %s', async streamId => {
    const id = ids[streamId] ?? 0
    const response = await end(id)
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"message":"Session ended","status":"success"}')
    expect(server.engine.isConnected(id)).toBe(false)
    expect(server.audit).toMatchObject([
      { action: 'session.ended', subject: String(id), apiKeyName: 'write' },
    ])
    expect(JSON.stringify(server.audit)).not.toContain('studio')
    expect((await end(id)).statusCode).toBe(404)
    expect(server.audit).toHaveLength(1)
  })

  it.each(['x', '0', '-1', '1.5', '1e3', '9'.repeat(16), 'conf:1'])('knows no id like %s', async id => {
    expect((await end(id)).json().code).toBe('PATH_INVALID')
  })

  it('answers a bound key for a session of others exactly as for one that is not there', async () => {
    const key = scoped({ prefix: 'team_' })
    const missing = await end(999, key)
    expect(missing.statusCode).toBe(404)
    for (const streamId of ['shared', 'secret', 'rival_1', 'rival_2']) {
      const response = await end(ids[streamId] ?? 0, key)
      expect([response.statusCode, response.body]).toEqual([404, missing.body])
      expect(server.engine.isConnected(ids[streamId] ?? 0)).toBe(true)
    }
    for (const streamId of ['team_1', 'team_3', 'studio']) {
      expect((await end(ids[streamId] ?? 0, key)).statusCode).toBe(200)
    }
  })
})

describe('DELETE /api/disconnect/{id}', () => {
  const NOT_FOUND =
    '{"code":"SESSION_UNKNOWN","message":"Publisher not found or not currently streaming","status":"error"}'

  const disconnect = (id: string, key = server.keys.write) =>
    ask(server.app, `DELETE /api/disconnect/${id}`, { key })

  it.each(['studio', 'team_1', 'team_2'])('ends the publisher of %s', async id => {
    const response = await disconnect(id)
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('{"message":"Publisher disconnected successfully","status":"success"}')
    expect(server.engine.isConnected(ids['studio'] ?? 0)).toBe(false)
    expect(server.engine.isConnected(ids['shared'] ?? 0)).toBe(true)
    expect(server.audit).toMatchObject([
      {
        action: 'publisher.disconnected',
        details: { players: ['team_1', 'team_2'], address: '2001:db8::1' },
      },
    ])
    const again = await disconnect(id)
    expect([again.statusCode, again.body]).toEqual([404, NOT_FOUND])
  })

  it('knows nobody else', async () => {
    expect((await disconnect('nobody')).body).toBe(NOT_FOUND)
  })

  it('tells a key that may only read what it lacks, in the words that clients know', async () => {
    const response = await disconnect('studio', server.keys.read)
    expect(response.statusCode).toBe(403)
    expect(response.json().message).toBe('Admin or write permissions required')
  })

  it.each(['shared', 'secret', 'rival_1', 'rival_2', 'team_3'])(
    'is as if there were no %s to a key that covers not all of its players',
    async id => {
      const response = await disconnect(id, scoped({ prefix: 'team_' }))
      expect([response.statusCode, response.body]).toEqual([404, NOT_FOUND])
      for (const streamId of ['shared', 'secret']) {
        expect(server.engine.isConnected(ids[streamId] ?? 0)).toBe(true)
      }
    },
  )

  it('takes the stream of a player if the publisher of the same name is not for this key', async () => {
    await server.streamIds.add({ publisher: 'studio', player: 'secret' })
    const key = scoped({ players: ['team_1', 'team_2', 'secret'] })
    expect((await disconnect('secret', key)).statusCode).toBe(200)
    expect(server.engine.isConnected(ids['studio'] ?? 0)).toBe(false)
    expect(server.engine.isConnected(ids['secret'] ?? 0)).toBe(true)
  })

  it('takes an ID with slashes, and X-API-Key', async () => {
    await server.streamIds.add({ publisher: 'a/b', player: 'live/x y' })
    connect('publish:4001', 'a/b', '192.0.2.9:1')
    const headers = { 'x-api-key': server.keys.admin }
    expect(bearer('x')).not.toEqual(headers)
    const response = await ask(server.app, 'DELETE /api/disconnect/live/x%20y', { headers })
    expect(response.statusCode).toBe(200)
  })
})
