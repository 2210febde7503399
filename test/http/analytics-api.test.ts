import { sql } from 'kysely'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeTraffic } from '../support/fake-connection.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

const SECRET = 'studio-secret-1'

let server: RealServer

const STEADY: FakeTraffic = { bytes: 500_000, packets: 400, rttMs: 41.26, bufferMs: 900 }

/** Event batches are delivered on a later turn. */
const delivered = () => new Promise(resolve => setTimeout(resolve, 30))

async function connect(listener: 'publish' | 'play', streamId: string): Promise<number> {
  const name = listener === 'publish' ? 'publish:4001' : 'play:4000'
  const result = server.engine.connect({ listener: name, streamId, peer: '203.0.113.7:5000' })
  if ('refused' in result) throw new Error(result.refused)
  await delivered()
  return result.connectionId
}

/** Ten seconds with this much each second from these publishers, and on to their players, and a sample. */
async function sample(traffic: FakeTraffic, ...ids: number[]): Promise<void> {
  for (let second = 0; second < 10; second++) {
    server.clock.advance(1000)
    for (const id of ids) server.engine.feed(id, traffic)
  }
  await server.analytics.recorder.tick()
}

async function get(path: string, key: string = server.keys.read) {
  const response = await ask(server.app, `GET ${path}`, { key })
  expect([path, response.statusCode]).toEqual([path, 200])
  return response.json()
}

beforeEach(async () => {
  server = await buildRealServer()
  await server.streamIds.add({ publisher: SECRET, player: 'live_1' }, null)
})

describe('GET /api/analytics', () => {
  it('has a series, sums and annotations of a stream', async () => {
    const publisher = await connect('publish', SECRET)
    await connect('play', 'live_1')
    const startMs = server.clock.nowMs()
    await sample(STEADY, publisher)
    await sample({ ...STEADY, bytes: 250_000 }, publisher)
    const at = (ms: number) => new Date(startMs + ms).toISOString().replace('.000Z', 'Z')
    await server.database.run(db =>
      sql`INSERT INTO annotations (player, at_ms, until_ms, text, author) VALUES
        ('live_1', ${startMs}, NULL, 'New encoder', 'ops'), (NULL, ${startMs - 1e9}, ${startMs}, 'For all', 'ops'),
        ('other', ${startMs}, NULL, 'Of another', 'ops'), ('live_1', ${startMs - 1e9}, NULL, 'Long ago', 'ops')
      `.execute(db),
    )
    const { data, status } = await get('/api/analytics?period=1h&player=live_1')
    expect(status).toBe('success')
    const point = { rtt_ms: 41.3, rtt_max_ms: 41.3, loss_percent: 0, loss_max_percent: 0, buffer_ms: 900 }
    const seats = { players: 1, players_max: 1, live_s: 10 }
    expect(data).toEqual({
      ...{ period: '1h', step_s: 10, from: at(-3_600_000 + 30_000), to: at(20_000), player: 'live_1' },
      series: [
        { at: at(0), bitrate_kbps: 4000, bitrate_min_kbps: 4000, bitrate_max_kbps: 4000, ...point, ...seats },
        {
          at: at(10_000),
          bitrate_kbps: 2000,
          bitrate_min_kbps: 2000,
          bitrate_max_kbps: 2000,
          ...point,
          ...seats,
        },
      ],
      totals: {
        ...{ publisher_sessions: 1, player_sessions: 1, watch_s: 20, live_s: 20 },
        ...{ bytes_in: 7_500_000, bytes_out: 7_500_000 },
      },
      annotations: [
        { id: 2, player: null, at: at(-1e9), until: at(0), text: 'For all', author: 'ops' },
        { id: 1, player: 'live_1', at: at(0), until: null, text: 'New encoder', author: 'ops' },
      ],
    })
    expect(JSON.stringify(data)).not.toContain(SECRET)
    const all = (await get('/api/analytics?period=1h')).data
    expect(all.player).toBeNull()
    expect(all.series).toEqual(data.series)
    expect(all.annotations.map(({ text }: { text: string }) => text)).toEqual([
      'For all',
      'New encoder',
      'Of another',
    ])
  })

  it.each([
    ['1h', 10, 360],
    ['24h', 60, 1440],
    ['7d', 600, 1008],
    ['30d', 3600, 720],
  ])('of %s has a row for each %i s, %i at most', async (period, stepS, most) => {
    const publisher = await connect('publish', SECRET)
    await sample(STEADY, publisher)
    const { data } = await get(`/api/analytics?period=${period}&player=live_1`)
    expect([data.step_s, data.series.length]).toEqual([stepS, 1])
    expect(data.series[0]).toMatchObject({ bitrate_kbps: 4000, live_s: 10 })
    const lengthS = (Date.parse(data.to) - Date.parse(data.from)) / 1000
    expect(Math.ceil(lengthS / stepS)).toBeLessThanOrEqual(most)
    expect(lengthS).toBeGreaterThanOrEqual(stepS * (most - 1))
  })

  it('takes 24 hours unless it is told another period, and refuses what it does not know', async () => {
    expect((await get('/api/analytics')).data).toMatchObject({ period: '24h', series: [], player: null })
    for (const query of ['period=2h', 'period=', 'plyer=live_1']) {
      const response = await ask(server.app, `GET /api/analytics?${query}`, { key: server.keys.read })
      expect([query, response.statusCode, response.json().code]).toEqual([query, 400, 'QUERY_INVALID'])
    }
  })

  it('adds up only the streams that a bound key may know whole', async () => {
    await server.streamIds.add({ publisher: 'shared', player: 'mine' }, null)
    await server.streamIds.add({ publisher: 'shared', player: 'yours' }, null)
    const ids = [await connect('publish', SECRET), await connect('publish', 'shared')]
    for (const player of ['mine', 'yours']) await connect('play', player)
    await sample(STEADY, ...ids)
    const key = await server.addKey({ scope: { players: ['live_1', 'mine'] } })
    const { data } = await get('/api/analytics?period=1h', key)
    expect(data.series).toMatchObject([{ bitrate_kbps: 4000, players: 0 }])
    expect(data.totals).toMatchObject({ publisher_sessions: 1, player_sessions: 1, watch_s: 10 })
    expect((await get('/api/analytics?period=1h')).data.series).toMatchObject([
      { bitrate_kbps: 8000, players: 2 },
    ])
    const mine = (await get('/api/analytics?period=1h&player=mine', key)).data
    expect([mine.series, mine.totals.player_sessions, mine.player]).toEqual([[], 1, 'mine'])
    const yours = (await get('/api/analytics?period=1h&player=yours', key)).data
    expect([yours.series, yours.totals.player_sessions, yours.player]).toEqual([[], 0, null])
  })
})

describe('GET /api/history', () => {
  it('has sessions of the past and of now, newest first, without a publisher stream ID', async () => {
    const publisher = await connect('publish', SECRET)
    const viewer = await connect('play', 'live_1')
    await sample(STEADY, publisher)
    server.engine.disconnect(viewer)
    await delivered()
    server.clock.advance(2500)
    const { data, next_cursor } = await get('/api/history')
    expect(next_cursor).toBeNull()
    expect(data).toEqual([
      {
        ...{
          id: 2,
          session_id: viewer,
          role: 'player',
          player: 'live_1',
          players: ['live_1'],
          publisher: 'stud…',
        },
        ...{ address: '203.0.113.7', srt_version: '1.5.1', encryption: 'none', latency_ms: 20 },
        ...{ started: '2026-01-31T12:00:00Z', ended: '2026-01-31T12:00:10Z', duration_s: 10, reason: 'peer' },
        bytes: 5_000_000,
      },
      expect.objectContaining({
        id: 1,
        role: 'publisher',
        player: null,
        ended: null,
        duration_s: 12,
        reason: null,
      }),
    ])
    expect(JSON.stringify(data)).not.toContain(SECRET)
  })

  it('comes in pages', async () => {
    for (let i = 0; i < 7; i++) await connect('play', 'live_1').catch(() => undefined)
    const publisher = await connect('publish', SECRET)
    for (let i = 0; i < 5; i++) await connect('play', 'live_1')
    const seen: number[] = []
    let cursor = ''
    for (let page = 0; page < 10; page++) {
      const { data, next_cursor } = await get(`/api/history?limit=2${cursor}`)
      seen.push(...data.map(({ session_id }: { session_id: number }) => session_id))
      if (next_cursor === null) break
      cursor = `&cursor=${next_cursor}`
    }
    expect(seen).toHaveLength(6)
    expect(seen.at(-1)).toBe(publisher)
    expect([...seen].sort((a, b) => b - a)).toEqual(seen)
  })

  it('of a player goes on when its publisher was changed, and when it was deleted', async () => {
    await connect('publish', SECRET)
    await connect('play', 'live_1')
    await server.streamIds.update('live_1', { publisher: 'studio-2' }, null)
    await connect('publish', 'studio-2')
    await connect('play', 'live_1')
    const roles = async (query: string) =>
      (await get(`/api/history?${query}`)).data.map(({ role }: { role: string }) => role)
    expect(await roles('player=live_1')).toEqual(['player', 'publisher', 'player'])
    expect(await roles('player=live_1&role=player')).toEqual(['player', 'player'])
    await server.streamIds.remove('live_1', null)
    expect(await roles('player=live_1')).toEqual(['player', 'player'])
    expect(await roles('')).toEqual(['player', 'publisher', 'player', 'publisher'])
    const key = await server.addKey({ scope: { players: ['live_1'] } })
    expect((await get('/api/history?player=live_1', key)).data).toMatchObject([
      { player: 'live_1', publisher: '', players: [] },
      { player: 'live_1', publisher: '', players: [] },
    ])
    expect((await get('/api/history?role=publisher', key)).data).toEqual([])
  })
})

describe('GET /api/status', () => {
  const status = async () => {
    const response = await ask(server.app, 'GET /api/status')
    expect(response.statusCode).toBe(200)
    return response
  }

  it('names the streams that have a public name to everybody, and no stream ID', async () => {
    await server.streamIds.update('live_1', { publicName: 'Main <stage>' }, null)
    await server.streamIds.add({ publisher: 'studio-2', player: 'live_2', publicName: 'Second' }, null)
    await server.streamIds.add({ publisher: 'studio-3', player: 'live_3' }, null)
    const publisher = await connect('publish', SECRET)
    await sample(STEADY, publisher)
    const response = await status()
    expect(response.json()).toEqual({
      data: [
        { availability_percent: 100, live: true, name: 'Main <stage>', since: '2026-01-31T12:00:00Z' },
        { availability_percent: null, live: false, name: 'Second', since: null },
      ],
      status: 'success',
    })
    for (const id of [SECRET, 'live_1', 'live_2', 'studio', '203.0.113'])
      expect(response.body).not.toContain(id)
  })

  it('says for how much of the time a stream was live', async () => {
    await server.streamIds.update('live_1', { publicName: 'Main' }, null)
    const publisher = await connect('publish', SECRET)
    for (let i = 0; i < 3; i++) await sample(STEADY, publisher)
    server.engine.disconnect(publisher)
    await delivered()
    for (let i = 0; i < 9; i++) await sample({})
    expect((await status()).json().data).toMatchObject([{ live: false, availability_percent: 25 }])
    server.clock.advance(40 * 86_400_000)
    expect((await status()).json().data).toMatchObject([{ availability_percent: 0 }])
    server.analyticsSettings.isOn = false
    server.clock.advance(5000)
    expect((await status()).json().data).toMatchObject([{ availability_percent: null }])
  })

  it('asks the database once in five seconds, whoever asks, and again after a failure', async () => {
    await server.streamIds.update('live_1', { publicName: 'Main' }, null)
    const names = vi.spyOn(server.database.streamIds, 'publicNames')
    await Promise.all([status(), status(), status()])
    server.clock.advance(4999)
    await status()
    expect(names).toHaveBeenCalledTimes(1)
    server.clock.advance(1)
    names.mockRejectedValueOnce(new Error('busy'))
    expect((await ask(server.app, 'GET /api/status')).statusCode).toBe(500)
    await status()
    expect(names).toHaveBeenCalledTimes(3)
  })

  it('is limited by address', async () => {
    server.settings.limits = { api: 5, stats: 3, config: 5 }
    const from = (remoteAddress: string) => ask(server.app, 'GET /api/status', { remoteAddress })
    const codes: number[] = []
    for (let i = 0; i < 4; i++) codes.push((await from('192.0.2.1')).statusCode)
    expect(codes).toEqual([200, 200, 200, 429])
    expect((await from('192.0.2.2')).statusCode).toBe(200)
  })
})
