// `npm run bench`: the transports beside each other, and if wanted beside a bare libsrt relay or another checkout, on
// this machine. See README.md.
import { writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { main } from '../../src/setup/run.mjs'
import { ensurePeers } from '../peers/build.mjs'
import { aimsOf } from './aims.mjs'
import { parseOptions, USAGE, UsageError } from './options.mjs'
import {
  analytics,
  control,
  encrypted,
  fanOut,
  idle,
  io,
  ownServer,
  shards,
  underStats,
  underWatch,
} from './parts.mjs'
import { startBareRelay, startServer } from './relays.mjs'
import {
  aimsText,
  analyticsText,
  controlTable,
  loadLines,
  quietLine,
  ratiosTable,
  runsTable,
  shardsText,
} from './report.mjs'
import { ratiosOf } from './verdicts.mjs'

const EXIT_USAGE = 64

const print = text => process.stdout.write(`${text}\n`)

const ownRelays = ({ transports }) => transports.map(name => ownServer(name))

function chosenRelays({ transports, against }) {
  const own = ownRelays({ transports })
  if (against === undefined) return own
  if (against === 'bare') return [...own, { name: 'bare', start: startBareRelay, hasApi: false }]
  return [...own, { name: 'against', start: () => startServer(resolve(against)), hasApi: true }]
}

/** Which relays are set beside which: direct beside libsrt, and each transport beside the rival. */
function comparisons({ transports, against }) {
  const own = transports.length > 1 ? [['direct', 'libsrt']] : []
  if (against === undefined) return own
  const rival = against === 'bare' ? 'bare' : 'against'
  return [...own, ...transports.map(name => [name, rival])]
}

const machine = () => ({
  cpu: cpus()[0]?.model.trim(),
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
})

async function measured(options) {
  const relays = chosenRelays(options)
  const has = part => options.parts.includes(part)
  const hasDirect = options.transports.includes('direct')
  const runs = has('fanout') ? await fanOut(relays, options) : []
  return {
    machine: machine(),
    options,
    runs,
    ratios: comparisons(options).map(([subject, base]) => ({
      subject,
      base,
      ratios: ratiosOf(runs, subject, base),
    })),
    encrypted: has('encrypted') ? await encrypted(options) : [],
    io: has('io') && hasDirect ? await io(options) : [],
    shards: has('shards') && hasDirect ? await shards(options) : [],
    idleCpuPercent: has('idle') ? await idle(relays) : {},
    underStats: has('stats') ? await underStats(relays, options) : {},
    underWatch: has('watch') ? await underWatch(ownRelays(options), options) : {},
    control: has('control') ? await control(options.transports) : undefined,
    analytics: has('analytics') ? await analytics() : undefined,
  }
}

function printRuns(title, runs) {
  if (runs.length > 0) print(`\n${title}\n${runsTable(runs)}`)
}

function printUnder(what, results) {
  for (const [name, { without, with: asked }] of Object.entries(results)) {
    const runs = [
      { relay: 'without', ...without },
      { relay: 'with', ...asked },
    ]
    printRuns(`${name} under ${what}: ${JSON.stringify(asked.meanwhile)}`, runs)
  }
}

function printResult(result) {
  print(`\n${JSON.stringify(result.machine)}`)
  printRuns('fan-out', result.runs)
  if (result.runs.length > 0) print(`\n${loadLines(result.runs)}`)
  for (const { subject, base, ratios } of result.ratios) {
    if (ratios.length > 0) print(`\n${subject} : ${base}\n${ratiosTable(ratios)}`)
  }
  printRuns('encrypted', result.encrypted)
  printRuns('udp_send', result.io)
  printRuns('shards', result.shards)
  if (result.shards.length > 0) print(`\n${shardsText(result.shards)}`)
  for (const [name, percent] of Object.entries(result.idleCpuPercent)) {
    print(`\n${name} idle: ${percent.toFixed(2)} % of a core`)
  }
  printUnder('GET /stats', result.underStats)
  printUnder('events, a webhook and a preview', result.underWatch)
  if (result.control !== undefined) print(`\ncontrol plane, medians\n${controlTable(result.control)}`)
  if (result.analytics !== undefined) print(`\nanalytics\n${analyticsText(result.analytics)}`)
}

async function bench(options) {
  const measuredResult = await measured(options)
  const result = { ...measuredResult, aims: aimsOf(measuredResult) }
  printResult(result)
  if (options.transports.includes('direct'))
    print(
      `\naims\n${quietLine([...result.runs, ...result.encrypted, ...result.io, ...result.shards])}${aimsText(result.aims)}`,
    )
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
  process.stderr.write(`${error.message}\n`)
  process.exitCode = EXIT_USAGE
}
