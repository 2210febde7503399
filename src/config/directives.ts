import { RELAY_DIRECTIVES } from './directives/relay.ts'
import { SERVER_DIRECTIVES } from './directives/server.ts'
import { SRT_DIRECTIVES } from './directives/srt.ts'
import { WATCH_DIRECTIVES } from './directives/watch.ts'
import type { ValueOf } from './kinds.ts'
import type { ActiveRow, BlockName, Row } from './row.ts'

/** THE table: every directive by the block it belongs to. All else about directives is derived from it. */
export const DIRECTIVES = {
  srt: [...SRT_DIRECTIVES, ...WATCH_DIRECTIVES],
  server: SERVER_DIRECTIVES,
  relay: RELAY_DIRECTIVES,
} as const satisfies Record<BlockName, readonly Row[]>

/** The block that each block stands in; '' = none. */
export const PARENTS: Readonly<Record<BlockName, BlockName | ''>> = {
  srt: '',
  server: 'srt',
  relay: 'server',
}

export const BLOCK_NAMES: readonly BlockName[] = ['srt', 'server', 'relay']

type FieldOf<R extends ActiveRow> = R extends { required: true } | { default: unknown }
  ? ValueOf<R['kind']>
  : ValueOf<R['kind']> | undefined

type Fields<R extends ActiveRow> = { readonly [Active in R as Active['key']]: FieldOf<Active> }

export type SrtConfig = Fields<Extract<(typeof DIRECTIVES.srt)[number], ActiveRow>>
export type ServerConfig = Fields<Extract<(typeof SERVER_DIRECTIVES)[number], ActiveRow>>

const ROWS: Readonly<Record<BlockName, ReadonlyMap<string, Row>>> = {
  srt: byName([...DIRECTIVES.srt, ...SERVER_DIRECTIVES]),
  server: byName(SERVER_DIRECTIVES),
  relay: byName(RELAY_DIRECTIVES),
}

function byName(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map(row => [row.name, row]))
}

/** The directives that may be written in a block; in the srt block those of the server block too. */
export const rowsIn = (block: BlockName): ReadonlyMap<string, Row> => ROWS[block]

/** The block a directive belongs to, if any has it. */
export function homeOf(name: string): BlockName | undefined {
  return BLOCK_NAMES.find(block => DIRECTIVES[block].some(row => row.name === name))
}

export const isBlockName = (name: string): name is BlockName => BLOCK_NAMES.some(block => block === name)
