import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { type LogLine, type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

type Row = Record<string, unknown>

interface Report {
  series: (Row & { bitrate_kbps: number; live_s: number })[]
  totals: Record<string, number>
}

async function get<T>(server: Server, path: string): Promise<T> {
  const { status, body } = await server.api('GET', path)
  expect([path, status]).toEqual([path, 200])
  return (body as { data: T }).data
}

const numberOf = (row: Row | undefined, field: string) => Number(row?.[field])

/** Within a part of the greater one. */
function expectNear(one: number, other: number, part: number): void {
  expect(Math.abs(one - other), `${one} and ${other}`).toBeLessThanOrEqual(Math.max(one, other) * part)
}

const RATE_KBPS = 3000

describe.each(TRANSPORTS)('analytics, %s', transport => {
  // Samples come every ten seconds.
  it('agree with /stats and the counters of the sessions', { timeout: 180_000 }, async () => {
    const server = await serverOn(transport)({ srt: { rate_limit_stats: 1000, rate_limit_api: 1000 } })
    await server.addStream('studio-secret', 'view')
    expect((await server.api('PATCH', '/api/stream-ids/view', { public_name: 'Main' })).status).toBe(200)
    const source = publish({ port: server.ports.publisher, streamId: 'studio-secret', rateKbps: RATE_KBPS })
    await source.waitFor('connected')
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view' })
    await viewer.waitFor('progress', 20_000, event => event.messages > 0)
    const whole = await until(
      async () => {
        const report = await get<Report>(server, '/api/analytics?period=1h&player=view')
        return report.series.some(({ live_s }) => live_s > 9) ? report : undefined
      },
      { deadlineMs: 60_000, what: 'ten seconds that were live from begin to end', everyMs: 250 },
    )
    const [sample, stats, sessions] = [
      whole.series.find(({ live_s }) => live_s > 9),
      (await server.stats('view')).body as { publisher: Row },
      await get<(Row & { counters: Row })[]>(server, '/api/sessions'),
    ]
    expectNear(numberOf(sample, 'bitrate_kbps'), RATE_KBPS, 0.1)
    expectNear(numberOf(sample, 'bitrate_kbps'), numberOf(stats.publisher, 'bitrate'), 0.15)
    expect(numberOf(sample, 'rtt_ms')).toBeLessThan(50)
    expect(sample).toMatchObject({ players: 1, players_max: 1, loss_percent: 0 })
    // The last sample is some seconds old, and no byte counts twice.
    const received = numberOf(sessions[0]?.counters, 'bytes')
    expect(whole.totals['bytes_in']).toBeLessThanOrEqual(received)
    expect(whole.totals['bytes_in']).toBeGreaterThan(RATE_KBPS * 125 * 8)
    expect(whole.totals).toMatchObject({ publisher_sessions: 1, player_sessions: 1 })
    expect((await server.request('GET', '/api/status')).body).toMatchObject({
      data: [{ name: 'Main', live: true }],
    })
    await viewer.stop()
    await source.stop()
    const ended = await until(
      async () => {
        const rows = await get<Row[]>(server, '/api/history')
        return rows.length === 2 && rows.every(row => row['ended'] !== null) ? rows : undefined
      },
      { deadlineMs: 40_000, what: 'both sessions to be over', everyMs: 250 },
    )
    expect(ended).toMatchObject([
      { role: 'player', player: 'view', publisher: 'stud…', address: '127.0.0.1' },
      { role: 'publisher', player: null, players: ['view'], reason: 'peer' },
    ])
    const isItsEnd = (line: LogLine) =>
      line.msg === 'disconnected' && line['connectionId'] === ended[1]?.['session_id']
    const bytes = numberOf(ended[1], 'bytes')
    expect(server.log.find(isItsEnd)?.['bytes']).toBe(bytes)
    expect(bytes).toBeGreaterThanOrEqual(received)
    // What came after the last sample is counted to the byte, with the next one.
    await until(
      async () => {
        const { totals } = await get<Report>(server, '/api/analytics?period=1h&player=view')
        return totals['bytes_in'] === bytes
      },
      { deadlineMs: 40_000, what: 'every byte to be counted', everyMs: 250 },
    )
  })
})

describe('sessions that were open when the server was killed', () => {
  it('are closed at the next start, when they were last seen', async () => {
    const folder = tempFolder()
    const first = await startServer({ folder })
    const { adminKey } = first
    await first.addStream('studio-secret', 'view')
    const source = publish({ port: first.ports.publisher, streamId: 'studio-secret' })
    await source.waitFor('connected')
    await until(async () => (await get<Row[]>(first, '/api/history')).length === 1, {
      deadlineMs: 10_000,
      what: 'the session to be in the history',
      everyMs: 250,
    })
    first.signal('SIGKILL')
    await first.exit
    const second = await startServer({ folder, adminKey })
    const [row, ...more] = await get<Row[]>(second, '/api/history')
    expect(row).toMatchObject({ role: 'publisher', players: ['view'], reason: 'crash' })
    expect(Date.parse(String(row?.['ended']))).toBeGreaterThanOrEqual(Date.parse(String(row?.['started'])))
    expect(more).toEqual([])
    await Promise.allSettled([source.stop()])
  })
})
