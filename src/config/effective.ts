import type { Config, Origins } from './config.ts'
import type { ConfigValue } from './kinds.ts'
import type { Source } from './resolve.ts'
import { activeRows } from './resolve.ts'
import type { ActiveRow, Apply } from './row.ts'
import { rangeOf, showSafely } from './show.ts'

/** A directive as it is in force. */
export interface Effective {
  readonly name: string
  /** Null: the srt block; else which server block, from 0. */
  readonly server: number | null
  /** As written in sls.conf, secrets masked; null: unset. */
  readonly value: string | null
  readonly source: Source
  /** 'sls.conf:3:5', 'environment SLS_HTTP_PORT', …; null for a default. */
  readonly place: string | null
  readonly apply: Apply
  readonly range: string
  readonly explanation: string
}

/** Every directive that has an effect, in the order of sls.conf.example, the server blocks one after the other. */
export function effectiveOf({ srt, servers, origins }: Config): readonly Effective[] {
  return [
    ...ofBlock(activeRows('srt'), srt, origins.srt, null),
    ...servers.flatMap((server, index) =>
      ofBlock(activeRows('server'), server, origins.servers[index], index),
    ),
  ]
}

type Fields = Readonly<Record<string, ConfigValue | undefined>>

function ofBlock(
  rows: readonly ActiveRow[],
  fields: Fields,
  origins: Origins | undefined,
  server: number | null,
): Effective[] {
  return rows.map(row => {
    const value = fields[row.key]
    const { source, place } = origins?.get(row.name) ?? { source: 'default', place: null }
    return {
      name: row.name,
      server,
      value: value === undefined ? null : showSafely(row, value),
      source,
      place,
      apply: row.apply,
      range: rangeOf(row.kind),
      explanation: row.explanation,
    }
  })
}
