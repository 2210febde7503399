import type { FileSettings, ServerSettings } from './blocks.ts'
import { DIRECTIVES } from './directives.ts'
import type { ConfigValue } from './kinds.ts'
import type { Place } from './problem.ts'
import { fail, type Report } from './report.ts'
import { type ActiveRow, isActive, type Row } from './row.ts'
import type { Settings } from './setting.ts'

/** Who has set a value. */
export type Source = 'default' | 'file' | 'environment' | 'api'

/** What holds for one directive after all layers; `value` undefined: unset, or refused. */
export interface Resolved {
  readonly value: ConfigValue | undefined
  /** Where it was set; for a default, the block it is the default of. */
  readonly place: Place
  readonly source: Source
}

/** What was set in one place. */
interface Layer {
  readonly source: Source
  readonly settings: Settings
}

/** What wins over the file, in this order. */
export interface Outer {
  readonly overrides: Settings
  readonly environment: Settings
}

const outerLayers = ({ overrides, environment }: Outer): Layer[] => [
  { source: 'api', settings: overrides },
  { source: 'environment', settings: environment },
]

/** By directive name; has every active directive of its block. */
export type ResolvedBlock = ReadonlyMap<string, Resolved>

/** The srt block: API, then environment, then file, then default. */
export function resolveSrt(file: FileSettings, outer: Outer, place: Place): ResolvedBlock {
  return resolve(activeRows('srt'), [...outerLayers(outer), { source: 'file', settings: file.srt }], place)
}

/** A server block: API, then environment, then its own settings, then the srt block's, then default. */
export function resolveServer(
  server: ServerSettings,
  file: FileSettings,
  outer: Outer,
  report: Report,
): ResolvedBlock {
  const rows = activeRows('server')
  const inFile = [server.settings, file.srt].map((settings): Layer => ({ source: 'file', settings }))
  const layers = [...outerLayers(outer), ...inFile]
  for (const { name, example } of rows.filter(row => row.required)) {
    if (layers.some(({ settings }) => settings.has(name))) continue
    fail(report, server.place, `this server block has no ${name}`, `it is required: ${name} ${example};`)
  }
  return resolve(rows, layers, server.place)
}

export function activeRows(block: 'srt' | 'server'): readonly ActiveRow[] {
  const rows: readonly Row[] = DIRECTIVES[block]
  return rows.filter(isActive)
}

function resolve(rows: readonly ActiveRow[], layers: readonly Layer[], place: Place): ResolvedBlock {
  return new Map(rows.map(row => [row.name, resolveRow(row, layers, place)]))
}

function resolveRow(row: ActiveRow, layers: readonly Layer[], place: Place): Resolved {
  for (const { source, settings } of layers) {
    const setting = settings.get(row.name)
    if (setting !== undefined) return { ...setting, source }
  }
  return { value: row.default, place, source: 'default' }
}
