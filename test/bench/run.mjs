// `npm run bench`: the server beside a bare libsrt relay, or beside another checkout, on this machine. See README.md.
import { writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/setup/run.mjs'
import { ensurePeers } from '../peers/build.mjs'
import { measureControl } from './control.mjs'
import { measureFanOut, measureIdle, measureUnderStats } from './measure.mjs'
import { parseOptions, USAGE, UsageError } from './options.mjs'
import { startBareRelay, startServer } from './relays.mjs'
import { controlTable, ratiosOf, ratiosTable, runsTable } from './report.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STATS_PLAYERS = 100
const STATS_PER_SECOND = 1000
const EXIT_USAGE = 64

const print = text => process.stdout.write(`${text}\n`)
/** Progress and errors: standard output is for the numbers. */
const tell = text => process.stderr.write(`${text}\n`)

function chosenRelays({ against, only }) {
  const server = { name: 'server', start: () => startServer(ROOT), hasApi: true }
  const other =
    against === 'bare'
      ? { name: 'bare', start: startBareRelay, hasApi: false }
      : { name: 'against', start: () => startServer(resolve(against)), hasApi: true }
  if (only === 'server') return [server]
  return only === 'against' ? [other] : [server, other]
}

const machine = () => ({
  cpu: cpus()[0]?.model.trim(),
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
})

/** Server and rival take turns, so that a change of the machine's mood meets both. */
async function fanOut(relays, options) {
  const runs = []
  for (const players of options.players) {
    for (const relay of relays) {
      tell(`${relay.name}, ${players} players …`)
      runs.push({ relay: relay.name, ...(await measureFanOut(relay.start, players, options)) })
    }
  }
  return runs
}

async function idle(relays) {
  const percents = {}
  for (const relay of relays) {
    tell(`${relay.name}, idle …`)
    percents[relay.name] = await measureIdle(relay.start)
  }
  return percents
}

/** The same load without and with requests, on one relay after the other. */
async function underStats(relays, options) {
  const results = {}
  for (const relay of relays.filter(each => each.hasApi)) {
    tell(`${relay.name}, ${STATS_PLAYERS} players, ${STATS_PER_SECOND} GET /stats a second …`)
    const without = await measureFanOut(relay.start, STATS_PLAYERS, options)
    const withRequests = await measureUnderStats(relay.start, STATS_PLAYERS, STATS_PER_SECOND, options)
    results[relay.name] = { without, with: withRequests }
  }
  return results
}

/** Requests as fast as they can be made: the limits are out of the way. */
const AMPLE_BURSTS = {
  SLS_RATE_LIMIT_API_BURST: '10000',
  SLS_RATE_LIMIT_STATS_BURST: '10000',
  SLS_RATE_LIMIT_CONFIG_BURST: '10000',
}

async function control() {
  tell('server, few and many stream IDs and keys …')
  return measureControl(() => startServer(ROOT, AMPLE_BURSTS))
}

function printResult(result) {
  print(`\n${JSON.stringify(result.machine)}\n\n${runsTable(result.runs)}`)
  if (result.ratios.length > 0) {
    print(`\nserver : ${result.options.against}\n${ratiosTable(result.ratios)}`)
  }
  for (const [name, percent] of Object.entries(result.idleCpuPercent)) {
    print(`\n${name} idle: ${percent.toFixed(2)} % of a core`)
  }
  for (const [name, { without, with: asked }] of Object.entries(result.underStats)) {
    const runs = [
      { relay: 'without', ...without },
      { relay: 'with', ...asked },
    ]
    print(`\n${name} under GET /stats: ${JSON.stringify(asked.requests)}\n${runsTable(runs)}`)
  }
  if (result.control !== undefined) print(`\ncontrol plane, medians\n${controlTable(result.control)}`)
}

async function bench(options) {
  const relays = chosenRelays(options)
  const runs = options.skip.has('fanout') ? [] : await fanOut(relays, options)
  const serverRuns = runs.filter(run => run.relay === 'server')
  const result = {
    machine: machine(),
    options: { ...options, skip: [...options.skip] },
    runs,
    ratios: ratiosOf(
      serverRuns,
      runs.filter(run => run.relay !== 'server'),
    ),
    idleCpuPercent: options.skip.has('idle') ? {} : await idle(relays),
    underStats: options.skip.has('stats') ? {} : await underStats(relays, options),
    control: options.skip.has('control') ? undefined : await control(),
  }
  printResult(result)
  print(`\n${JSON.stringify(result)}`)
  const { jsonFile } = options
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(result, undefined, 2)}\n`)
}

try {
  if (process.argv.includes('--help')) {
    print(USAGE)
  } else {
    const options = parseOptions(process.argv.slice(2))
    await main(ensurePeers)
    await bench(options)
  }
} catch (error) {
  if (!(error instanceof UsageError) && error?.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error
  tell(error.message)
  process.exitCode = EXIT_USAGE
}
