// What analytics cost: the disk for a month of streams, the time of each question, and of one sample of many streams.
// On the built modules themselves, without a relay: nothing of it touches the data plane.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const STREAMS = 100
const LIVE_STREAMS = 1000
const PLAYERS_A_STREAM = 2
const SESSIONS_A_DAY_AND_STREAM = 50
const DAYS = 30
/** How long each step is kept, within a month. */
const KEPT_S = { 10: 26 * 3600, 60: 26 * 3600, 600: 8 * 86_400, 3600: DAYS * 86_400 }
const ROUNDS = 15
const TICKS = 10

const load = module => import(`../../dist/src/${module}.js`)
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

async function openTables(path) {
  const [{ openDatabase }, { samples }, { pastSessions }, { measuredStreams }] = await Promise.all([
    load('store/database'),
    load('store/samples'),
    load('store/past-sessions'),
    load('store/measured-streams'),
  ])
  const database = await openDatabase({ path })
  const tables = {
    samples: samples(database),
    sessions: pastSessions(database),
    streams: measuredStreams(database),
  }
  return { database, ...tables }
}

/**
 * Of a call, in ms: CPU (median), time (median, longest), and the longest that it kept everybody else waiting. Only the
 * first says something on a busy machine.
 */
async function timed(rounds, body) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const taken = []
  const worked = []
  delay.enable()
  for (let i = 0; i < rounds; i++) {
    const [startMs, before] = [performance.now(), process.cpuUsage()]
    await body(i)
    taken.push(performance.now() - startMs)
    const { user, system } = process.cpuUsage(before)
    worked.push((user + system) / 1000)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  delay.disable()
  return {
    cpuMs: median(worked),
    medianMs: median(taken),
    longestMs: Math.max(...taken),
    blockedMs: delay.max / 1e6,
  }
}

/** `rows`: SQLite itself makes up a row for each stream and time; coarse rows hold means, which are no round numbers. */
function fillSamples(handle, nowS, streams) {
  const round = stepS => (stepS === 10 ? 'round' : '')
  for (const [stepS, keptS] of Object.entries(KEPT_S).map(pair => pair.map(Number))) {
    const toS = Math.floor(nowS / stepS) * stepS
    handle.exec(`
      WITH RECURSIVE time(at_s) AS (VALUES(${toS - keptS + stepS}) UNION ALL SELECT at_s + ${stepS} FROM time WHERE at_s < ${toS}),
        stream(id) AS (VALUES(0) UNION ALL SELECT id + 1 FROM stream WHERE id < ${streams}),
        made AS (SELECT at_s, id, abs(random() % 1000) / 997.0 AS noise FROM time CROSS JOIN stream)
      INSERT INTO samples SELECT ${stepS}, at_s, id, ${stepS}, ${round(stepS)}(5000 + noise * 2000),
        round(5000 + noise * 1000), round(6000 + noise * 1000), round(40 + noise * 20, 1), round(50 + noise * 40, 1),
        CASE WHEN noise < 0.2 THEN noise ELSE 0 END, round(noise, 3), ${round(stepS)}(900 + noise * 100),
        ${round(stepS)}(noise * 50), abs(random() % 50), ${stepS} * 700000, ${stepS} * 14000000 FROM made`)
  }
}

function fillSessions(handle, nowMs, streams) {
  const count = streams * DAYS * SESSIONS_A_DAY_AND_STREAM
  handle.exec(`
    INSERT INTO measured_streams (id, stream_key, first_ms, last_ms)
      WITH RECURSIVE stream(id) AS (VALUES(1) UNION ALL SELECT id + 1 FROM stream WHERE id < ${streams})
      SELECT id, 'publisher-stream-id-of-some-length-' || id, ${nowMs - DAYS * 86_400_000}, ${nowMs} FROM stream;
    INSERT INTO past_sessions (connection_id, run_id, role, stream, player, address, srt_version, encryption, latency_ms,
        started_ms, last_seen_ms, ended_ms, reason, bytes)
      WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count}),
        times AS (SELECT i, CAST(${nowMs} - (${count} - i) * ${(DAYS * 86_400_000) / count} AS INTEGER) AS at FROM n)
      SELECT i, '3b241101-e2bb-4255-8caf-4136c566a962', iif(i % 10 = 0, 'publisher', 'player'), i % ${streams} + 1,
        iif(i % 10 = 0, NULL, 'live_' || (i % ${streams} + 1)), '203.0.113.' || (i % 256), '1.5.3', 'AES-128', 200,
        at - 600000, at, at, 'peer', 450000000 FROM times`)
  return count
}

const sizeOf = path => statSync(path).size

async function measureStorage(folder) {
  const [{ Reports, PERIODS }, { Sqlite }] = await Promise.all([
    load('analytics/reports'),
    load('store/driver'),
  ])
  const path = join(folder, 'month.db')
  const { database, ...tables } = await openTables(path)
  const nowMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const handle = new Sqlite(path)
  const fill = act => {
    const before = sizeOf(path)
    const result = act()
    handle.pragma('wal_checkpoint(TRUNCATE)')
    return { bytes: sizeOf(path) - before, result }
  }
  handle.pragma('wal_checkpoint(TRUNCATE)')
  const sampled = fill(() => fillSamples(handle, nowMs / 1000, STREAMS))
  const sessions = fill(() => fillSessions(handle, nowMs, STREAMS))
  const rows = handle.prepare('SELECT count(*) AS n FROM samples').get().n
  handle.close()
  const clock = { nowMs: () => nowMs }
  const reports = new Reports({
    ...tables,
    clock,
    annotations: async () => [],
    flush: async () => {},
    runId: 'x',
  })
  const everything = { players: null, mayKnowPlayer: () => true, mayKnowStream: () => true }
  const viewers = {
    'one stream': {
      viewer: everything,
      of: { player: 'live_7', streamKey: 'publisher-stream-id-of-some-length-7' },
    },
    'all streams': { viewer: everything },
    'a key of all': { viewer: { ...everything, players: { prefix: 'live_' } } },
  }
  const questions = []
  for (const period of Object.keys(PERIODS)) {
    for (const [who, query] of Object.entries(viewers)) {
      questions.push({ period, who, ...(await timed(ROUNDS, () => reports.report({ period, ...query }))) })
    }
  }
  const page = await timed(ROUNDS, () => reports.history({ viewer: everything, limit: 100 }))
  questions.push({ period: 'history', who: 'a page of 100', ...page })
  await database.close()
  return {
    streams: STREAMS,
    rows,
    megabytes: sampled.bytes / 1e6,
    bytesPerRow: sampled.bytes / rows,
    megabytesPerStream: sampled.bytes / 1e6 / (STREAMS + 1),
    sessions: sessions.result,
    bytesPerSession: sessions.bytes / sessions.result,
    questions,
  }
}

const NUMBERS = [
  'bytes',
  'packets',
  'packetsLost',
  'packetsDropped',
  'bytesLost',
  'bytesDropped',
  'wireBytes',
]

function connection(connectionId, role, stream, atMs) {
  const streamKey = `publisher-stream-id-of-some-length-${stream}`
  return {
    ...{ connectionId, role, streamKey, streamId: role === 'play' ? `live_${stream}` : streamKey },
    ...{ listener: 'x:1', peer: '203.0.113.7:5000', latencyMs: 200, srtVersion: '1.5.3', encrypted: false },
    ...{ keyLengthBytes: 0, tokenId: '', rttMs: 41.3, bufferMs: 900, rateKbps: 0, connectedAtMs: atMs },
    ...{ sampledAtMs: atMs },
    ...Object.fromEntries(NUMBERS.map(name => [name, 0])),
  }
}

/** One sample of 1000 live streams with two players each. */
async function measureTick(folder) {
  const { Analytics } = await load('analytics/analytics')
  const { database, ...tables } = await openTables(join(folder, 'tick.db'))
  let passedMs = 0
  const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  const clock = { nowMs: () => startMs + passedMs, monotonicMs: () => passedMs }
  const live = Array.from({ length: LIVE_STREAMS * (1 + PLAYERS_A_STREAM) }, (_, i) =>
    connection(i + 1, i < LIVE_STREAMS ? 'publish' : 'play', i % LIVE_STREAMS, startMs),
  )
  const log = { info() {}, error: (fields, text) => process.stderr.write(`${text} ${fields.err?.stack}\n`) }
  const analytics = new Analytics({
    ...{ isOn: () => true, retentionDays: () => 400, connections: () => live, encryptionOf: () => 'none' },
    ...{ ...tables, clock, log },
  })
  const connectedMs = performance.now()
  analytics.onEvents(live.map((each, i) => ({ ...each, type: 'connected', seq: i + 1, atMs: startMs })))
  await analytics.flush()
  const floodMs = performance.now() - connectedMs
  const tick = await timed(TICKS, async () => {
    passedMs += 10_000
    for (const each of live) {
      each.bytes += 5_000_000 + each.connectionId
      each.packets += 4000
      each.sampledAtMs += 10_000
    }
    await analytics.tick()
  })
  await analytics.stop()
  await database.close()
  return { streams: LIVE_STREAMS, connections: live.length, floodMs, ...tick }
}

export async function measureAnalytics() {
  const folder = mkdtempSync(join(tmpdir(), 'sls-bench-'))
  try {
    return { storage: await measureStorage(folder), tick: await measureTick(folder) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
