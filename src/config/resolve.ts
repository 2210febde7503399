import type { FileSettings, ServerSettings } from './blocks.ts'
import { DIRECTIVES } from './directives.ts'
import type { ConfigValue } from './kinds.ts'
import type { Place } from './problem.ts'
import { fail, type Report } from './report.ts'
import { type ActiveRow, isActive, type Row } from './row.ts'
import type { Settings } from './setting.ts'

/** What holds for one directive after environment, file and default; `value` undefined: unset, or refused. */
export interface Resolved {
  readonly value: ConfigValue | undefined
  /** Where it was set; for a default, the block it is the default of. */
  readonly place: Place
  readonly isDefault: boolean
}

/** By directive name; has every active directive of its block. */
export type ResolvedBlock = ReadonlyMap<string, Resolved>

/** The srt block: environment, then file, then default. */
export function resolveSrt(file: FileSettings, environment: Settings, place: Place): ResolvedBlock {
  return resolve(activeRows('srt'), [environment, file.srt], place)
}

/** A server block: environment, then its own settings, then the srt block's, then default. */
export function resolveServer(
  server: ServerSettings,
  file: FileSettings,
  environment: Settings,
  report: Report,
): ResolvedBlock {
  const rows = activeRows('server')
  const layers = [environment, server.settings, file.srt]
  for (const { name, example } of rows.filter(row => row.required)) {
    if (layers.some(layer => layer.has(name))) continue
    fail(report, server.place, `this server block has no ${name}`, `it is required: ${name} ${example};`)
  }
  return resolve(rows, layers, server.place)
}

export function activeRows(block: 'srt' | 'server'): readonly ActiveRow[] {
  const rows: readonly Row[] = DIRECTIVES[block]
  return rows.filter(isActive)
}

function resolve(rows: readonly ActiveRow[], layers: readonly Settings[], place: Place): ResolvedBlock {
  return new Map(
    rows.map(row => {
      const layer = layers.find(settings => settings.has(row.name))
      const setting = layer?.get(row.name)
      const resolved = setting
        ? { ...setting, isDefault: false }
        : { value: row.default, place, isDefault: true }
      return [row.name, resolved]
    }),
  )
}
