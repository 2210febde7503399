// How the numbers are shown.
import {
  capacityOf,
  highestLossless,
  isLossless,
  isQuiet,
  kbPerPlayer,
  limitOf,
  othersPercent,
} from './verdicts.mjs'

const fixed = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits))
const percent = share => (share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 3)} %`)

const COLUMNS = [
  ['players', run => run.players],
  ['Mbit/s', run => fixed(run.mbps, 0)],
  ['connected', run => run.connected - run.broken],
  ['delivered', run => percent(run.deliveredShare)],
  ['lost', run => run.lost],
  ['Gbit/s', run => fixed(run.deliveredGbps, 3)],
  ['CPU ms/Gbit', run => fixed(run.cpuMsPerGbit, 0)],
  ['CPU %', run => fixed(run.relayCpuPercent, 1)],
  ['RSS MB', run => fixed(run.rssMb, 1)],
  ['threads', run => run.threads],
  ['p50 ms', run => fixed(run.arrivalP50Ms, 2)],
  ['p99 ms', run => fixed(run.arrivalP99Ms, 2)],
  ['joined ms', run => fixed(run.joinConnectedMs, 0)],
  ['all data ms', run => fixed(run.joinFirstDataMs, 0)],
  ['load CPU %', run => fixed(run.loadCpuPercent, 1)],
  ['lag ms', run => fixed(run.loadLagMs, 0)],
  ['drops', run => `${run.loadDrops}/${run.relayDrops}`],
  ['others %', run => fixed(othersPercent(run), 0)],
  ['idle %', run => fixed(run.idlePercent, 0)],
  ['limit', run => (isLossless(run) ? '' : limitOf(run))],
]

function tableText(header, rows) {
  const cells = [header, ...rows].map(row => row.map(String))
  const widths = header.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  return cells.map(row => row.map((cell, column) => cell.padStart(widths[column])).join('  ')).join('\n')
}

const cellsOf = run =>
  run.failed === undefined
    ? COLUMNS.map(([, of]) => of(run))
    : COLUMNS.map(([name, of]) => {
        if (name === 'players' || name === 'Mbit/s') return of(run)
        return name === 'limit' ? 'failed' : '–'
      })

/** A table of runs, each with the name of its relay; what failed says why below it. */
export function runsTable(runs) {
  const table = tableText(
    ['relay', ...COLUMNS.map(([name]) => name)],
    runs.map(run => [run.relay, ...cellsOf(run)]),
  )
  const failures = runs
    .filter(run => run.failed !== undefined)
    .map(run => `${run.relay}, ${run.players} players: ${run.failed}`)
  return [table, ...failures].join('\n')
}

export const ratiosTable = ratios =>
  tableText(
    ['players', 'CPU/Gbit', 'CPU', 'RSS', 'p99', 'all data'],
    ratios.map(each => [
      each.players,
      ...[each.cpuPerGbit, each.cpu, each.rss, each.arrivalP99, each.joinFirstData].map(value =>
        fixed(value, 2),
      ),
    ]),
  )

/** A line that says so if other processes took part. */
export function quietLine(runs) {
  const loud = runs.filter(run => run.failed === undefined && !isQuiet(run))
  if (loud.length === 0) return ''
  return `NOT QUIET: other processes took part in ${loud.length} of ${runs.length} runs (column others %)\n`
}

/** The highest load without loss and the price of a player, a line each relay. */
export const loadLines = runs =>
  [...new Set(runs.map(run => run.relay))]
    .map(relay => {
      const best = highestLossless(runs, relay)
      const load =
        best === undefined ? 'none' : `${best.players} players, ${fixed(best.deliveredGbps, 2)} Gbit/s`
      const memory = kbPerPlayer(runs, relay)
      return `${relay}: highest load without loss: ${load}; memory of a further player: ${
        memory === null ? 'not measured' : `${memory.toFixed(1)} KB`
      }`
    })
    .join('\n')

const threadsText = run =>
  (run.busyThreads ?? []).map(each => `${each.name} ${each.cpuPercent.toFixed(0)} %`).join(', ')

/** Per run the relay's busy threads, then what each number of workers comes to. */
export function shardsText(runs) {
  const threads = runs.map(run => `${run.relay}, ${run.mbps} Mbit/s: ${threadsText(run) || run.failed}`)
  const capacities = [...new Set(runs.map(run => run.workers))]
    .map(workers => capacityOf(runs, workers))
    .filter(each => each !== undefined)
  const table = tableText(
    ['workers', 'most Gbit/s', 'without loss', 'busiest thread %', 'projected Gbit/s', 'limit'],
    capacities.map(each => [
      each.workers,
      fixed(each.mostGbps, 2),
      fixed(each.losslessGbps, 2),
      fixed(each.busiestPercent, 0),
      fixed(each.projectedGbps, 2),
      each.limit,
    ]),
  )
  return [...threads, '', table].join('\n')
}

const VERDICTS = new Map([
  [true, 'met'],
  [false, 'MISSED'],
  [null, '–'],
])

export const aimsText = aims =>
  aims.map(({ text, measured, isMet }) => `${VERDICTS.get(isMet)}  ${text}: ${measured}`).join('\n')

/** Milliseconds with few and with many stream IDs, and their ratio. */
export const controlTable = ({ small, large, ratios }) =>
  tableText(
    ['', 'few', 'many', 'ratio'],
    Object.keys(small).map(name => [
      name,
      fixed(small[name], 2),
      fixed(large[name], 2),
      fixed(ratios[name], 2),
    ]),
  )

/** Disk, questions and samples; milliseconds. */
export function analyticsText({ storage, tick }) {
  const times = ({ cpuMs, medianMs, longestMs, blockedMs }) =>
    [cpuMs, medianMs, longestMs, blockedMs].map(ms => fixed(ms, 1))
  const rows = [
    ...storage.questions.map(each => [each.period, each.who, ...times(each)]),
    ['sample', `${tick.streams} streams, ${tick.connections} connections`, ...times(tick)],
  ]
  return [
    `a month of ${storage.streams} streams: ${fixed(storage.megabytes, 0)} MB, ${storage.rows} rows of ${fixed(storage.bytesPerRow, 1)} bytes, ${fixed(storage.megabytesPerStream, 2)} MB a stream`,
    `${storage.sessions} sessions of ${fixed(storage.bytesPerSession, 0)} bytes; ${tick.connections} that begin at once: ${fixed(tick.floodMs, 0)} ms`,
    tableText(['', 'of', 'CPU ms', 'median ms', 'longest ms', 'blocked ms'], rows),
  ].join('\n')
}
