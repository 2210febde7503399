import { BLOCK_NAMES, DIRECTIVES } from './directives.ts'
import { isEmptyValue } from './kinds.ts'
import { nearest } from './nearest.ts'
import type { Place } from './problem.ts'
import { fail, type Report, warn } from './report.ts'
import { isActive, type Row } from './row.ts'
import { readSetting, type Setting, type Settings } from './setting.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'SLS_'

export const variableOf = (name: string) => `${PREFIX}${name.toUpperCase()}`

/** The first block that has a name wins: SLS_IDLE_STREAMS_TIMEOUT is the server block's, not the relay block's. */
const ROWS: ReadonlyMap<string, Row> = new Map(
  BLOCK_NAMES.toReversed().flatMap(block =>
    DIRECTIVES[block].map((row): [string, Row] => [variableOf(row.name), row]),
  ),
)

/** Variables of this program that are no directives, and those that Kubernetes sets for a service named sls. */
const FOREIGN = [
  /^SLS_TEST_/,
  // The API key of `sls status`, `sls top` and `sls logs`.
  /^SLS_KEY$/,
  /^SLS_(\w+_)?SERVICE_(HOST|PORT(_\w+)?)$/,
  /^SLS_(\w+_)?PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/,
  /^SLS_PORT$/,
]

/** Every directive that a variable sets. `serverCount` is how many server blocks it would be set in. */
export function readEnvironment(env: Environment, serverCount: number, report: Report): Settings {
  const settings = new Map<string, Setting>()
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable]
    if (!variable.startsWith(PREFIX) || text === undefined) continue
    const place = placeOf(variable)
    const row = ROWS.get(variable)
    if (row === undefined) reportUnknown(variable, place, report)
    else if (text !== '' || isEmptyValue(row.kind))
      settings.set(row.name, readVariable(row, text, place, serverCount, report))
  }
  return settings
}

function readVariable(row: Row, text: string, place: Place, serverCount: number, report: Report): Setting {
  if (row.name.startsWith('listen_') && serverCount > 1) {
    fail(report, place, `would give ${serverCount} server blocks the same port`, 'set it in the file')
    return { value: undefined, place }
  }
  if (isActive(row)) return readSetting(row, text, place, report)
  // Not checked: SLS_MODE or SLS_TYPE may be another program's.
  warn(report, place, `${row.name} has no effect: ${row.ignored}`)
  return { value: undefined, place }
}

function reportUnknown(variable: string, place: Place, report: Report): void {
  if (FOREIGN.some(pattern => pattern.test(variable))) return
  const meant = nearest(
    variable.slice(PREFIX.length),
    [...ROWS.values()].map(({ name }) => name),
  )
  warn(report, place, 'sets no directive', meant === undefined ? '' : `did you mean ${variableOf(meant)}?`)
}

const placeOf = (variable: string): Place => ({ file: `environment ${variable}`, line: 0, column: 0 })
