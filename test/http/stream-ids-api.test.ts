import { beforeEach, describe, expect, it } from 'vitest'
import type { NewStreamId } from '../../src/store/stream-ids.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

const IDS = '/api/stream-ids'
const PASSPHRASE = 'a secret of SRT'

let server: RealServer

beforeEach(async () => {
  server = await buildRealServer()
})

async function add(...rows: NewStreamId[]): Promise<void> {
  for (const row of rows) await server.streamIds.add(row, null)
}

function connect(listener: 'publish:4001' | 'play:4000', streamId: string, peer = '192.0.2.1:5000') {
  const result = server.engine.connect({ listener, streamId, peer })
  // The picture of who is live may be a quarter of a second old.
  server.clock.advance(300)
  if ('refused' in result) throw new Error(result.refused)
  return result.connectionId
}

async function list(query: string, key = server.keys.read) {
  const response = await ask(server.app, `GET ${IDS}${query}`, { key })
  expect(response.statusCode).toBe(200)
  return response.json()
}

const players = async (query: string, key?: string) =>
  (await list(query, key)).data.map(({ player }: { player: string }) => player)

const patch = (player: string, body: unknown, key = server.keys.write) =>
  ask(server.app, `PATCH ${IDS}/${player}`, { key, body })

describe('GET /api/stream-ids with a query', () => {
  it('has everything that may be known of a pair', async () => {
    await add({
      publisher: 'p',
      player: 'q',
      description: 'D',
      passphrase: PASSPHRASE,
      playNetworks: ['192.0.2.0/24'],
    })
    connect('publish:4001', 'p')
    connect('play:4000', 'q')
    connect('play:4000', 'q')
    const response = await ask(server.app, `GET ${IDS}?limit=10`, { key: server.keys.read })
    expect(response.json()).toEqual({
      data: [
        {
          bitrate_grace_s: 10,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          description: 'D',
          has_passphrase: true,
          id: 1,
          live: true,
          max_bitrate_kbps: 0,
          max_players: 0,
          play_networks: ['192.0.2.0/24'],
          player: 'q',
          players: 2,
          public_name: '',
          publish_networks: [],
          publisher: 'p',
          tokens_not_before: null,
          tokens_only: false,
          updated_at: expect.stringMatching(/Z$/),
        },
      ],
      next_cursor: null,
      status: 'success',
    })
    expect(response.body).not.toContain(PASSPHRASE)
    expect((await ask(server.app, `GET ${IDS}/q`, { key: server.keys.read })).json()).toEqual({
      data: response.json().data[0],
      status: 'success',
    })
  })

  it('has filters', async () => {
    await add(
      { publisher: 'studio_1', player: 'live_1', description: 'Main STAGE' },
      { publisher: 'studio_1', player: 'live_2' },
      { publisher: 'studio_2', player: '100%_sure', description: 'stage' },
    )
    connect('publish:4001', 'studio_2')
    expect(await players('?search=stage')).toEqual(['live_1', '100%_sure'])
    expect(await players('?search=LIVE')).toEqual(['live_1', 'live_2'])
    expect(await players('?search=studio_2')).toEqual(['100%_sure'])
    expect(await players('?search=%25_')).toEqual(['100%_sure'])
    expect(await players('?search=')).toHaveLength(3)
    expect(await players('?publisher=studio_1')).toEqual(['live_1', 'live_2'])
    expect(await players('?publisher=studio')).toEqual([])
    expect(await players('?live=true')).toEqual(['100%_sure'])
    expect(await players('?live=false')).toEqual(['live_1', 'live_2'])
    expect(await players('?live=false&search=main')).toEqual(['live_1'])
  })

  it('comes in pages that nobody falls out of', async () => {
    await add(...Array.from({ length: 7 }, (_, index) => ({ publisher: 'p', player: `q${index}` })))
    const seen: string[] = []
    let query = '?limit=3'
    for (;;) {
      const { data, next_cursor } = await list(query)
      seen.push(...data.map(({ player }: { player: string }) => player))
      if (next_cursor === null) break
      query = `?limit=3&cursor=${next_cursor}`
      await server.streamIds.remove(seen[0] ?? '', null)
    }
    expect(seen).toEqual(['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6'])
  })

  it('stays what it was without a query, or with one that means nothing', async () => {
    await add({ publisher: 'p', player: 'q', passphrase: PASSPHRASE })
    for (const query of ['', '?', '?_=1763720000']) {
      const response = await ask(server.app, `GET ${IDS}${query}`, { key: server.keys.read })
      expect(response.body).toBe('{"data":[{"player":"q","publisher":"p"}],"status":"success"}')
    }
  })

  it.each(['?live=1', '?limit=0', '?limit=1001', '?cursor=x', '?limit=5&serach=x', '?search=a&search=b'])(
    'refuses %s',
    async query => {
      const response = await ask(server.app, `GET ${IDS}${query}`, { key: server.keys.read })
      expect(response.statusCode).toBe(400)
      expect(response.json().code).toBe('QUERY_INVALID')
    },
  )

  it('lets a bound key find nothing by a publisher that it may not know', async () => {
    await add(
      { publisher: 'hidden-studio', player: 'team_1', description: 'One' },
      { publisher: 'hidden-studio', player: 'team_2' },
      { publisher: 'hidden-studio', player: 'rival_1' },
      { publisher: 'own-studio', player: 'team_3' },
    )
    const key = await server.addKey({ scope: { prefix: 'team_' } })
    expect(await players('?limit=1000', key)).toEqual(['team_1', 'team_2', 'team_3'])
    const { data } = await list('?limit=1000', key)
    expect(data.map(({ publisher }: { publisher: string }) => publisher)).toEqual(['', '', 'own-studio'])
    for (const query of [
      '?search=hidden',
      '?search=studio&limit=1',
      '?publisher=hidden-studio',
      '?search=idden&limit=1',
    ]) {
      const page = await list(query, key)
      const isOwn = query.includes('search=studio')
      expect([query, page.data.length, page.next_cursor]).toEqual([query, isOwn ? 1 : 0, null])
    }
    expect(await players('?search=ONE', key)).toEqual(['team_1'])
    expect(await players('?search=team_&limit=2', key)).toEqual(['team_1', 'team_2'])
  })
})

describe('GET /api/stream-ids/{player}', () => {
  it('takes slashes, and knows no publisher', async () => {
    await add({ publisher: 'a/b', player: 'live/x y' })
    expect((await ask(server.app, `GET ${IDS}/live/x%20y`, { key: server.keys.read })).statusCode).toBe(200)
    expect((await ask(server.app, `GET ${IDS}/live%2Fx%20y`, { key: server.keys.read })).statusCode).toBe(200)
    const response = await ask(server.app, `GET ${IDS}/a/b`, { key: server.keys.read })
    expect(response.statusCode).toBe(404)
    expect(response.body).toBe(
      '{"code":"STREAM_ID_UNKNOWN","message":"Stream ID not found","status":"error"}',
    )
  })
})

describe('POST /api/stream-ids with settings', () => {
  it('keeps and enforces them', async () => {
    const body = {
      ...{ publisher: 'p', player: 'q', passphrase: PASSPHRASE, max_players: 1, max_bitrate_kbps: 12_000 },
      ...{
        bitrate_grace_s: 5,
        publish_networks: ['192.0.2.0/24'],
        play_networks: ['2001:db8::/32'],
        tokens_only: false,
        public_name: 'Main stage',
      },
    }
    const response = await ask(server.app, `POST ${IDS}`, { key: server.keys.write, body })
    expect(response.body).toBe('{"message":"Stream ID added successfully","status":"success"}')
    const { passphrase, ...shown } = body
    expect((await list('?limit=1')).data[0]).toMatchObject({ ...shown, has_passphrase: true })
    const peer = { listener: 'publish:4001', streamId: 'p', peer: '198.51.100.1:1' }
    expect(server.engine.connect(peer)).toEqual({ refused: 'network' })
    expect(server.engine.connect({ ...peer, peer: '192.0.2.7:1', passphrase: 'not the right one' })).toEqual({
      refused: 'bad-passphrase',
    })
    expect(server.engine.connect({ ...peer, peer: '192.0.2.7:1', passphrase })).toHaveProperty('connectionId')
  })

  it.each([
    [{ passphrase: 'short' }, 'passphrase'],
    [{ passphrase: 5 }, 'passphrase'],
    [{ max_players: -1 }, 'max_players'],
    [{ max_players: 1.5 }, 'max_players'],
    [{ max_bitrate_kbps: '5' }, 'max_bitrate_kbps'],
    [{ play_networks: ['10.0.0.0/33'] }, 'play_networks'],
    [{ play_networks: '10.0.0.0/8' }, 'play_networks'],
    [{ tokens_only: 'yes' }, 'tokens_only'],
    [{ public_name: 'x'.repeat(101) }, 'public_name'],
    [{ public_name: 'a\u0007b' }, 'public_name'],
    [{ public_name: null }, 'public_name'],
  ])('refuses %j', async (settings, where) => {
    const body = { publisher: 'p', player: 'q', ...settings }
    const response = await ask(server.app, `POST ${IDS}`, { key: server.keys.write, body })
    expect(response.statusCode).toBe(400)
    const { code, problems } = response.json()
    expect(code).toBe('BODY_INVALID')
    expect(problems[0].where).toContain(where)
    expect(await server.database.streamIds.all()).toEqual([])
  })

  it('tells a wrong old field in the old words, also beside a wrong new one', async () => {
    const body = { publisher: 'p', player: 'q', description: 5, max_players: -1 }
    const response = await ask(server.app, `POST ${IDS}`, { key: server.keys.write, body })
    expect(response.json().message).toBe(
      'Invalid field: description must be a string of at most 1024 characters',
    )
  })
})

describe('PATCH /api/stream-ids/{player}', () => {
  it('changes what it names, leaves the rest, and shows the pair as it is now', async () => {
    await add({ publisher: 'p', player: 'q', description: 'D', passphrase: PASSPHRASE, maxPlayers: 5 })
    await patch('q', { public_name: 'Main stage' })
    const response = await patch('q', { max_bitrate_kbps: 800, play_networks: ['192.0.2.0/24'] })
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({
      data: {
        ...{ publisher: 'p', player: 'q', description: 'D', has_passphrase: true, max_players: 5 },
        ...{ max_bitrate_kbps: 800, play_networks: ['192.0.2.0/24'], public_name: 'Main stage' },
      },
      status: 'success',
    })
    expect(response.body).not.toContain(PASSPHRASE)
    const removed = await patch('q', { description: null, passphrase: null, play_networks: [] })
    expect(removed.json().data).toMatchObject({ description: null, has_passphrase: false, play_networks: [] })
    expect((await patch('q', { public_name: '' })).json().data.public_name).toBe('')
    expect((await patch('q', { passphrase: PASSPHRASE })).json().data.has_passphrase).toBe(true)
    expect((await patch('q', { passphrase: '' })).json().data.has_passphrase).toBe(false)
  })

  it('changes what belongs to the publisher with all its players', async () => {
    await add({ publisher: 'p', player: 'a' }, { publisher: 'p', player: 'b' })
    await patch('a', { max_bitrate_kbps: 700, max_players: 2 })
    expect((await list('?limit=5')).data).toMatchObject([
      { player: 'a', max_bitrate_kbps: 700, max_players: 2 },
      { player: 'b', max_bitrate_kbps: 700, max_players: 0 },
    ])
  })

  it('ends the sessions that lose their right', async () => {
    await add({ publisher: 'p', player: 'q' }, { publisher: 'p', player: 'r' })
    const publisher = connect('publish:4001', 'p')
    const [near, far] = [connect('play:4000', 'q'), connect('play:4000', 'q', '198.51.100.1:1')]
    const other = connect('play:4000', 'r', '198.51.100.1:2')
    await patch('q', { play_networks: ['192.0.2.0/24'] })
    expect([near, far, other].map(id => server.engine.isConnected(id))).toEqual([true, false, true])
    await patch('q', { tokens_only: true })
    expect([near, other].map(id => server.engine.isConnected(id))).toEqual([false, true])
    await patch('r', { publisher: 'p2' })
    expect([publisher, other].map(id => server.engine.isConnected(id))).toEqual([true, false])
  })

  it.each([
    [{ player: 'x' }, /^Unknown field: player/],
    [{ max_player: 5 }, /^Unknown field: max_player, did you mean max_players\?$/],
    [{ id: 5 }, /^Unknown field: id/],
    [{ publisher: '' }, /publisher must not be empty$/],
    [{ publisher: null }, /^Invalid field: publisher must be/],
    [{ description: 'x'.repeat(1025) }, /^Invalid field: description must be/],
    [{ passphrase: 'ä'.repeat(40) }, /passphrase must be 10 to 79 bytes/],
    [{ publish_networks: ['x'] }, /publish_networks must be an IP address/],
    [[], /^Invalid JSON body: an object is expected$/],
    ['', /^Invalid JSON body$/],
    ['{', /^Invalid JSON body$/],
  ])('refuses %j', async (body, message) => {
    await add({ publisher: 'p', player: 'q' })
    const response = await patch('q', body)
    expect(response.statusCode).toBe(400)
    expect(response.json().code).toBe('BODY_INVALID')
    expect(response.json().message).toMatch(message)
  })

  it('knows nobody else', async () => {
    const response = await patch('nobody', { max_players: 1 })
    expect(response.statusCode).toBe(404)
    expect(response.json().code).toBe('STREAM_ID_UNKNOWN')
  })

  it('lets a bound key change its own, but no publisher that others depend on', async () => {
    await add(
      { publisher: 'shared', player: 'team_1' },
      { publisher: 'shared', player: 'rival_1' },
      { publisher: 'own', player: 'team_2' },
    )
    const key = await server.addKey({ permissions: 'write', scope: { prefix: 'team_' } })
    const before = await server.database.streamIds.get('rival_1')
    for (const body of [{ passphrase: PASSPHRASE }, { max_bitrate_kbps: 1 }, { publisher: 'own' }]) {
      const response = await patch('team_1', body, key)
      expect([response.statusCode, response.json().code]).toEqual([403, 'SCOPE_DENIED'])
    }
    expect((await patch('team_2', { publisher: 'shared' }, key)).json().code).toBe('SCOPE_DENIED')
    expect((await patch('rival_1', { max_players: 1 }, key)).json().code).toBe('STREAM_ID_UNKNOWN')
    const response = await patch('team_1', { max_players: 3, description: 'mine' }, key)
    expect(response.json().data).toMatchObject({ max_players: 3, description: 'mine', publisher: '' })
    expect((await patch('team_2', { max_bitrate_kbps: 900 }, key)).json().data.max_bitrate_kbps).toBe(900)
    expect(await server.database.streamIds.get('rival_1')).toEqual(before)
  })

  it('shows whether a stream is live even where its publisher is hidden', async () => {
    await add({ publisher: 'shared', player: 'team_1' }, { publisher: 'shared', player: 'rival_1' })
    connect('publish:4001', 'shared')
    const key = await server.addKey({ scope: { prefix: 'team_' } })
    const response = await ask(server.app, `GET ${IDS}/team_1`, { key })
    expect(response.json().data).toMatchObject({ live: true, publisher: '' })
    expect(await players('?live=true', key)).toEqual(['team_1'])
    expect(await players('?live=false', key)).toEqual([])
  })
})
