// The measurements: each starts a relay, loads it, and ends it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PEERS_BUILD } from '../peers/build.mjs'
import { cpuSecondsOf, runTool, start, stop } from './processes.mjs'
import { PLAYER_ID, PUBLISHER_ID } from './relays.mjs'

const STATS_LOAD = fileURLToPath(new URL('stats-load.mjs', import.meta.url))
const WATCH_LOAD = fileURLToPath(new URL('watch-load.mjs', import.meta.url))
const IDLE_SECONDS = 5
// After the start compilers and caches are still at work.
const IDLE_SETTLE_MS = 2000
const CONNECT_TIMEOUT_SECONDS = 20
// On top of what a run takes by its own plan: a relay that drowns may not hold the benchmark.
const GRACE_SECONDS = 40

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

const loadWords = (relay, players, { mbps, seconds, settleSeconds, gro }) => [
  ...Object.entries({
    'publisher-port': relay.publisher,
    'player-port': relay.player,
    'publisher-id': PUBLISHER_ID,
    'player-id': PLAYER_ID,
    players,
    mbps,
    seconds,
    'settle-seconds': settleSeconds,
    'connect-timeout-seconds': CONNECT_TIMEOUT_SECONDS,
    pid: relay.pid,
    ...(relay.passphrase === undefined ? {} : { passphrase: relay.passphrase }),
  }).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ...(gro ? ['--gro'] : []),
]

/** The numbers of srt_load; a run that cannot be measured is `{ players, mbps, failed }`, for that is a result too. */
async function load(relay, players, options) {
  const deadlineSeconds = CONNECT_TIMEOUT_SECONDS + options.settleSeconds + options.seconds + GRACE_SECONDS
  try {
    return await runTool(
      join(PEERS_BUILD, 'srt_load'),
      loadWords(relay, players, options),
      1000 * deadlineSeconds,
    )
  } catch (error) {
    return { players, mbps: options.mbps, failed: error.message }
  }
}

async function withRelay(startRelay, body) {
  const relay = await startRelay()
  try {
    return await body(relay)
  } finally {
    await relay.stop()
  }
}

/** One publisher and `players` players on a fresh relay. */
export const measureFanOut = (startRelay, players, options) =>
  withRelay(startRelay, relay => load(relay, players, options))

/** CPU of a relay without connections, in percent of one core. */
export const measureIdle = startRelay =>
  withRelay(startRelay, async relay => {
    await pause(IDLE_SETTLE_MS)
    const [cpuSeconds, startMs] = [cpuSecondsOf(relay.pid), performance.now()]
    await pause(IDLE_SECONDS * 1000)
    return (100_000 * (cpuSecondsOf(relay.pid) - cpuSeconds)) / (performance.now() - startMs)
  })

/** The fan-out again, while another process that prints one JSON object at its end does something to the relay. */
const measureWhile = (startRelay, players, options, wordsOf) =>
  withRelay(startRelay, async relay => {
    const other = start(process.execPath, wordsOf(relay))
    try {
      const loaded = await load(relay, players, options)
      await stop(other)
      return { ...loaded, meanwhile: JSON.parse(other.stdout) }
    } finally {
      await stop(other)
    }
  })

/** Asks for statistics. */
export const measureUnderStats = (startRelay, players, perSecond, options) =>
  measureWhile(startRelay, players, options, ({ http }) => [
    STATS_LOAD,
    String(http),
    PLAYER_ID,
    String(perSecond),
  ])

/** Everybody is told of many events, and one looks at the stream. */
export const measureUnderWatch = (startRelay, players, options) =>
  measureWhile(startRelay, players, options, ({ http, adminKey }) => [
    WATCH_LOAD,
    String(http),
    adminKey,
    PLAYER_ID,
  ])
