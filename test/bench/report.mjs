// How the numbers are shown.

const COLUMNS = [
  ['players', run => run.players],
  ['delivered', run => percent(run.deliveredShare)],
  ['lost', run => run.lost],
  ['CPU ms/Gbit', run => fixed(run.cpuMsPerGbit, 0)],
  ['CPU %', run => fixed(run.relayCpuPercent, 1)],
  ['RSS MB', run => fixed(run.rssMb, 1)],
  ['threads', run => run.threads],
  ['p50 ms', run => fixed(run.arrivalP50Ms, 2)],
  ['p99 ms', run => fixed(run.arrivalP99Ms, 2)],
  ['joined ms', run => fixed(run.joinConnectedMs, 0)],
  ['all data ms', run => fixed(run.joinFirstDataMs, 0)],
  ['load CPU %', run => fixed(run.loadCpuPercent, 1)],
]

const fixed = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits))
const percent = share => (share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 3)} %`)

function tableText(header, rows) {
  const cells = [header, ...rows].map(row => row.map(String))
  const widths = header.map((_, column) => Math.max(...cells.map(row => row[column].length)))
  return cells.map(row => row.map((cell, column) => cell.padStart(widths[column])).join('  ')).join('\n')
}

/** A table of runs, each with the name of its relay. */
export const runsTable = runs =>
  tableText(
    ['relay', ...COLUMNS.map(([name]) => name)],
    runs.map(({ relay, ...run }) => [relay, ...COLUMNS.map(([, of]) => of(run))]),
  )

const ratio = (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? a / b : null)

/** What the server costs in terms of the relay it is compared with, for each number of players both have. */
export function ratiosOf(serverRuns, otherRuns) {
  return serverRuns.flatMap(server => {
    const other = otherRuns.find(run => run.players === server.players)
    if (other === undefined) return []
    return [
      {
        players: server.players,
        cpuPerGbit: ratio(server.cpuMsPerGbit, other.cpuMsPerGbit),
        rss: ratio(server.rssMb, other.rssMb),
        arrivalP99: ratio(server.arrivalP99Ms, other.arrivalP99Ms),
        joinFirstData: ratio(server.joinFirstDataMs, other.joinFirstDataMs),
      },
    ]
  })
}

export const ratiosTable = ratios =>
  tableText(
    ['players', 'CPU/Gbit', 'RSS', 'p99', 'all data'],
    ratios.map(each => [
      each.players,
      ...[each.cpuPerGbit, each.rss, each.arrivalP99, each.joinFirstData].map(value => fixed(value, 2)),
    ]),
  )

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
