import { beforeEach, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/scope.ts'
import { RefusalJournal } from '../../src/streams/refusals.ts'
import { buildTestServer, TestClock, type TestServer } from '../support/build.ts'
import { ask } from './ask.ts'

type Refused = Parameters<RefusalJournal['onEvents']>[0][number] & { type: 'refused' }

let server: TestServer
let journal: RefusalJournal
let clock: TestClock

function refuse(lastStreamId: string, changes: Partial<Refused> = {}): void {
  journal.onEvents([
    {
      type: 'refused',
      seq: 1,
      atMs: clock.nowMs(),
      listener: 'play:4000',
      reason: 'unknown-stream-id',
      count: 1,
      lastPeer: '203.0.113.9:40112',
      lastStreamId,
      latencyMs: -1,
      encryption: 'unknown',
      ...changes,
    },
  ])
}

beforeEach(async () => {
  clock = new TestClock()
  journal = new RefusalJournal({ roleOf: name => (name === 'play:4000' ? 'play' : 'publish'), clock })
  server = buildTestServer({}, { refusals: journal })
})

async function list(query = '', key = server.keys.read) {
  const response = await ask(server.app, `GET /api/refusals${query}`, { key })
  expect(response.statusCode).toBe(200)
  return response.json()
}

describe('GET /api/refusals', () => {
  it('tells when, from where, why and what to do, with the stream ID masked', async () => {
    refuse('live_123456')
    clock.advance(15_000)
    refuse('live_123456', { count: 11, latencyMs: 800, encryption: 'encrypted' })
    const { data, next_cursor } = await list()
    expect(data).toEqual([
      {
        address: '203.0.113.9',
        at: '2026-01-31T12:00:15Z',
        code: 1401,
        count: 12,
        encryption: 'encrypted',
        first_at: '2026-01-31T12:00:00Z',
        id: 2,
        latency_ms: 800,
        listener: 'play:4000',
        message: expect.stringMatching(/^[A-Z].{20,}\.$/),
        port: 40_112,
        reason: 'unknown-stream-id',
        role: 'player',
        stream_id: 'live…',
      },
    ])
    expect(next_cursor).toBeNull()
  })

  it('never has the whole of a stream ID, however short', async () => {
    for (const id of ['abcd', 'a', 'secret-publisher', '😀😀😀😀', 'x'.repeat(512)]) refuse(id)
    const shown = (await list()).data.map((refusal: { stream_id: string }) => refusal.stream_id)
    expect(shown.every((id: string) => id.endsWith('…'))).toBe(true)
    expect(shown).not.toContain('abcd…')
  })

  it('has filters, and pages, newest first', async () => {
    refuse('a_1')
    refuse('b_2', { lastPeer: '[2001:db8::1]:7', reason: 'bad-passphrase' })
    refuse('c_3', { listener: 'publish:4001', reason: 'duplicate-publisher' })
    const reasons = (page: { data: { reason: string }[] }) => page.data.map(({ reason }) => reason)
    expect(reasons(await list())).toEqual(['duplicate-publisher', 'bad-passphrase', 'unknown-stream-id'])
    expect(reasons(await list('?reason=bad-passphrase'))).toEqual(['bad-passphrase'])
    expect(reasons(await list('?address=2001:db8::1'))).toEqual(['bad-passphrase'])
    expect(reasons(await list('?address=2001:DB8::1'))).toEqual(['bad-passphrase'])
    expect(reasons(await list('?address=::ffff:203.0.113.9'))).toHaveLength(2)
    expect(reasons(await list('?address=192.0.2.1'))).toEqual([])
    const first = await list('?limit=2')
    refuse('d_4')
    const second = await list(`?limit=2&cursor=${first.next_cursor}`)
    expect([...reasons(first), ...reasons(second)]).toEqual([
      'duplicate-publisher',
      'bad-passphrase',
      'unknown-stream-id',
    ])
    expect(second.next_cursor).toBeNull()
  })

  it.each(['?reason=other', '?address=', '?limit=0', '?cursor=%00', '?stream_id=x'])(
    'refuses %s',
    async query => {
      const response = await ask(server.app, `GET /api/refusals${query}`, { key: server.keys.read })
      expect(response.json().code).toBe('QUERY_INVALID')
    },
  )

  it('shows a bound key the attempts on its own players and publishers', async () => {
    for (const [publisher, player] of [
      ['studio', 'team_1'],
      ['shared', 'team_2'],
      ['shared', 'rival_1'],
      ['team_x', 'rival_2'],
    ] as const) {
      await server.streamIds.add({ publisher, player })
    }
    const play = ['team_1', 'team_misspelt', 'rival_1', 'stranger', 'team_x', 'studio', '#!::r=team_1']
    for (const [index, id] of play.entries()) refuse(id, { lastPeer: `192.0.2.${index}:1` })
    const publish = ['studio', 'shared', 'team_x', 'team_misspelt', 'team_1']
    for (const [index, id] of publish.entries()) {
      refuse(id, { listener: 'publish:4001', lastPeer: `192.0.2.10${index}:1` })
    }
    const seen = async (scope: Scope) => {
      const { data } = await list('', server.keyRing.add('read', 'bound', { scope }))
      return data.map((refusal: { address: string }) => refusal.address).sort()
    }
    // team_1, a misspelt team ID, and its own publisher on either port.
    expect(await seen({ prefix: 'team_' })).toEqual(['192.0.2.0', '192.0.2.1', '192.0.2.100', '192.0.2.5'])
    expect(await seen({ players: ['team_1'] })).toEqual(['192.0.2.0', '192.0.2.100', '192.0.2.5'])
    expect(await seen({ players: ['team_2'] })).toEqual([])
    expect(await seen({ players: ['rival_2'] })).toEqual(['192.0.2.102', '192.0.2.4'])
  })
})
