import type { Config } from './config.ts'
import type { ConfigValue } from './kinds.ts'
import { activeRows } from './resolve.ts'
import type { ActiveRow, Apply } from './row.ts'
import { showSafely } from './show.ts'

/** A directive whose value differs, as it may be logged. */
export interface Change {
  /** 'server' for a whole block that came or went. */
  readonly directive: string
  /** Which server block, from 0; undefined: the srt block. */
  readonly server?: number
  /** As written in sls.conf; secrets are '***'. */
  readonly from: string
  readonly to: string
}

export type Changes = Readonly<Record<Apply, readonly Change[]>>

/** What a reload has to do. Server blocks are compared by their place in the file. */
export function changes(before: Config, after: Config): Changes {
  const found: Record<Apply, Change[]> = { live: [], listener: [], restart: [] }
  compare('srt', before.srt, after.srt, undefined, found)
  for (let server = 0; server < Math.max(before.servers.length, after.servers.length); server++) {
    const [from, to] = [before.servers[server], after.servers[server]]
    if (from !== undefined && to !== undefined) compare('server', from, to, server, found)
    else found.listener.push({ directive: 'server', server, from: presence(from), to: presence(to) })
  }
  return found
}

const presence = (server: object | undefined) => (server === undefined ? 'absent' : 'present')

type Fields = Readonly<Record<string, ConfigValue | undefined>>

function compare(
  block: 'srt' | 'server',
  before: Fields,
  after: Fields,
  server: number | undefined,
  found: Record<Apply, Change[]>,
): void {
  for (const row of activeRows(block)) {
    const [from, to] = [before[row.key], after[row.key]]
    if (isEqual(from, to)) continue
    const shown = { from: showSafely(row, from), to: showSafely(row, to) }
    found[applyOf(row, from, to)].push({
      directive: row.name,
      ...(server === undefined ? {} : { server }),
      ...shown,
    })
  }
}

/** Switching something on or off may take more than changing how it is. */
const applyOf = (row: ActiveRow, from: ConfigValue | undefined, to: ConfigValue | undefined) =>
  row.applyOfSwitch !== undefined && (from === '' || to === '') ? row.applyOfSwitch : row.apply

/** Values are scalars, or lists made by one function each, so that their fields have one order. */
const isEqual = (a: ConfigValue | undefined, b: ConfigValue | undefined) =>
  JSON.stringify(a) === JSON.stringify(b)
