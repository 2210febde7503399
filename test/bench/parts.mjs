// The parts of the benchmark. Relays take turns within each, so that a change of the machine's mood meets all.
import { fileURLToPath } from 'node:url'
import { measureAnalytics } from './analytics.mjs'
import { measureControl } from './control.mjs'
import { measureFanOut, measureIdle, measureUnderStats, measureUnderWatch } from './measure.mjs'
import { startServer } from './relays.mjs'
import { isLossless } from './verdicts.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FEW_PLAYERS = 100
const STATS_PER_SECOND = 1000
const PASSPHRASE = 'benchmark passphrase'
const UDP_SEND_WAYS = ['segment', 'batch', 'single']
const SHARDS = [1, 2]
// A rate that delivers less than this much more than the one before it says that the limit is reached.
const LEAST_GAIN = 1.02
/** Requests as fast as they can be made: the limits are out of the way. */
const AMPLE_BURSTS = {
  SLS_RATE_LIMIT_API_BURST: '10000',
  SLS_RATE_LIMIT_STATS_BURST: '10000',
  SLS_RATE_LIMIT_CONFIG_BURST: '10000',
}

/** Progress: standard output is for the numbers. */
const tell = text => process.stderr.write(`${text}\n`)

/** This checkout's server with one transport; other directives and a passphrase if wanted. */
export const ownServer = (transport, { directives = {}, passphrase } = {}) => ({
  name: transport,
  hasApi: true,
  start: () => startServer(ROOT, { directives: { transport, ...directives }, passphrase }),
})

async function run(relay, players, options) {
  tell(`${relay.name}, ${players} players of ${options.mbps} Mbit/s …`)
  const measured = await measureFanOut(relay.start, players, options)
  if (measured.failed !== undefined) tell(`  ${measured.failed}`)
  return { relay: relay.name, ...measured }
}

export async function fanOut(relays, options) {
  const runs = []
  for (const players of options.players) {
    for (const relay of relays) runs.push(await run(relay, players, options))
  }
  return runs
}

/** AES-128 from the publisher and to each player, each connection with a key of its own. */
export function encrypted(options) {
  const relays = options.transports.map(name => ({
    ...ownServer(name, { passphrase: PASSPHRASE }),
    name: `${name} AES-128`,
  }))
  return fanOut(relays, { ...options, players: [FEW_PLAYERS] })
}

/** The ways to hand packets to the kernel, side by side. */
export function io(options) {
  const relays = UDP_SEND_WAYS.map(way => ({
    ...ownServer('direct', { directives: { udp_send: way } }),
    name: `direct ${way}`,
  }))
  return fanOut(relays, { ...options, players: [FEW_PLAYERS] })
}

/** One stream at rising rates, with one worker and with two, until neither delivers more. */
// Packet by packet, because a shard that sends in trains is quicker than one core of players can be.
export async function shards(options) {
  const relays = SHARDS.map(count => ({
    ...ownServer('direct', { directives: { worker_threads: count, udp_send: 'single', egress_batch_ms: 0 } }),
    name: `direct, ${count} worker${count === 1 ? '' : 's'}`,
    count,
  }))
  const runs = []
  const most = new Map(relays.map(relay => [relay, 0]))
  for (const mbps of options.rampMbps) {
    let gains = false
    for (const relay of relays) {
      const measured = await run(relay, options.rampPlayers, { ...options, mbps })
      runs.push({ ...measured, workers: relay.count })
      const deliveredGbps = measured.deliveredGbps ?? 0
      gains ||= isLossless(measured) || deliveredGbps > most.get(relay) * LEAST_GAIN
      most.set(relay, Math.max(most.get(relay), deliveredGbps))
    }
    if (!gains) break
  }
  return runs
}

export async function idle(relays) {
  const percents = {}
  for (const relay of relays) {
    tell(`${relay.name}, idle …`)
    percents[relay.name] = await measureIdle(relay.start)
  }
  return percents
}

/** The same load without and with requests, on one relay after the other. */
export async function underStats(relays, options) {
  const results = {}
  for (const relay of relays.filter(each => each.hasApi)) {
    tell(`${relay.name}, ${FEW_PLAYERS} players, ${STATS_PER_SECOND} GET /stats a second …`)
    const without = await measureFanOut(relay.start, FEW_PLAYERS, options)
    const withRequests = await measureUnderStats(relay.start, FEW_PLAYERS, STATS_PER_SECOND, options)
    results[relay.name] = { without, with: withRequests }
  }
  return results
}

/** The same load without and with everybody who can be told of events, on one relay after the other. */
export async function underWatch(relays, options) {
  const results = {}
  for (const relay of relays.filter(each => each.hasApi)) {
    tell(`${relay.name}, ${FEW_PLAYERS} players, readers of events, a webhook and a preview …`)
    const startRelay = () =>
      startServer(ROOT, { directives: { transport: relay.name, webhook_networks: '127.0.0.1' } })
    const without = await measureFanOut(startRelay, FEW_PLAYERS, options)
    results[relay.name] = { without, with: await measureUnderWatch(startRelay, FEW_PLAYERS, options) }
  }
  return results
}

/** Of the first transport: the control plane is the same for all. */
export async function control([transport]) {
  tell('few and many stream IDs and keys …')
  return measureControl(() => startServer(ROOT, { env: AMPLE_BURSTS, directives: { transport } }))
}

export function analytics() {
  tell('analytics: a month of 100 streams, and a sample of 1000 …')
  return measureAnalytics()
}
