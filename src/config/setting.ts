import type { ConfigValue } from './kinds.ts'
import type { Place } from './problem.ts'
import { readValue } from './read-value.ts'
import { fail, type Report, warn } from './report.ts'
import { isActive, type Row } from './row.ts'

/** A directive that somebody wrote; the value is undefined if it was refused. */
export interface Setting {
  readonly value: ConfigValue | undefined
  readonly place: Place
}

/** By directive name. */
export type Settings = ReadonlyMap<string, Setting>

/** Reads and checks one value of one directive and reports what is wrong with it or has no effect. */
export function readSetting(row: Row, text: string, place: Place, report: Report): Setting {
  const reading = readValue(row.kind, text)
  if ('refusals' in reading) {
    for (const { what, hint } of reading.refusals) fail(report, place, `${row.name} ${what}`, hint)
    return { value: undefined, place }
  }
  // Old files are borne with; who sets a directive now can mend it now.
  const complain = place.directive === undefined ? warn : fail
  for (const { what, hint } of reading.leftOut ?? []) complain(report, place, `${row.name} ${what}`, hint)
  if (!isActive(row)) {
    warn(report, place, `${row.name} has no effect: ${row.ignored}`)
    return { value: reading.value, place }
  }
  if (row.adjust === undefined || typeof reading.value !== 'number') return { value: reading.value, place }
  const { value, warning } = row.adjust(reading.value)
  if (warning !== undefined) warn(report, place, warning)
  return { value, place }
}
