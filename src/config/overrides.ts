import { quotedName } from './characters.ts'
import { BLOCK_NAMES, DIRECTIVES } from './directives.ts'
import { nearest } from './nearest.ts'
import type { Place } from './problem.ts'
import type { Refusal } from './reading.ts'
import { fail, type Report } from './report.ts'
import { type ActiveRow, isActive, type Row } from './row.ts'
import { readSetting, type Setting, type Settings } from './setting.ts'

/** What was set over the API: directive name to its text, without quotes or escapes. */
export type Overrides = ReadonlyMap<string, string>

/** Why a directive can't be set over the API. */
export interface Barrier extends Refusal {
  readonly code: 'CONFIG_INVALID' | 'CONFIG_NOT_LIVE'
}

/** The first block that has a name wins: idle_streams_timeout is the server block's, not the relay block's. */
const ROWS: ReadonlyMap<string, Row> = new Map(
  BLOCK_NAMES.toReversed().flatMap(block => DIRECTIVES[block].map((row): [string, Row] => [row.name, row])),
)

/** The row of a directive that can be set over the API, or why it can't. */
export function liveRow(name: string): ActiveRow | Barrier {
  const row = ROWS.get(name)
  if (row === undefined) {
    const meant = nearest(name, ROWS.keys())
    const hint = meant === undefined ? '' : `did you mean ${meant}?`
    return { code: 'CONFIG_INVALID', what: `unknown directive ${quotedName(name)}`, hint }
  }
  if (!isActive(row)) {
    return { code: 'CONFIG_INVALID', what: `${name} has no effect: ${row.ignored}`, hint: '' }
  }
  return row.apply === 'live' ? row : barrierOf(name, row.apply)
}

/** Of a directive, or of a change of one, that takes more than the running server can do. */
export function barrierOf(name: string, apply: 'listener' | 'restart'): Barrier {
  const when = apply === 'restart' ? 'with a restart only' : 'with a reload of the file only'
  return { code: 'CONFIG_NOT_LIVE', what: `${name} changes ${when}; put it into sls.conf`, hint: '' }
}

export const isBarrier = (found: ActiveRow | Barrier): found is Barrier => 'code' in found

/** Why a directive can't be set over the API for good; undefined: it can. */
export function barrierToKeeping(row: ActiveRow): Barrier | undefined {
  if (row.isNeverStored !== true) return undefined
  const what = `${row.name} is never written to the database`
  return { code: 'CONFIG_INVALID', what, hint: 'set it without persist, or put it into sls.conf' }
}

/** Every directive that the API sets. */
export function readOverrides(overrides: Overrides, report: Report): Settings {
  return new Map([...overrides].map(([name, text]) => [name, readOverride(name, text, report)]))
}

function readOverride(name: string, text: string, report: Report): Setting {
  const place: Place = { file: OVERRIDE_PLACE, line: 0, column: 0, directive: name }
  const row = liveRow(name)
  if (!isBarrier(row)) return readSetting(row, text, place, report)
  fail(report, place, row.what, row.hint)
  return { value: undefined, place }
}

const OVERRIDE_PLACE = 'PATCH /api/config'
