import { BLOCK_NAMES, DIRECTIVES } from './directives.ts'
import { variableOf } from './environment.ts'
import { type Apply, type BlockName, isActive, type Row } from './row.ts'
import { rangeOf, showValue } from './show.ts'

/** A row of the table in words, for documents and their tests. */
export interface DirectiveDescription {
  /** The block it belongs to. */
  readonly block: BlockName
  /** Every block it may be written in; what a server block has may stand in the srt block as its default. */
  readonly blocks: readonly BlockName[]
  readonly name: string
  readonly variable: string
  /** What values it takes, with the unit. */
  readonly range: string
  /** As it is written in sls.conf; undefined: none. */
  readonly default: string | undefined
  readonly required: boolean
  /** Undefined for directives without effect. */
  readonly apply: Apply | undefined
  readonly secret: boolean
  /** Why it has no effect; undefined: it has one. */
  readonly ignored: string | undefined
  /** The default, or where there is none a value that would do. */
  readonly example: string
  readonly explanation: string
}

/** Every directive, in the order of sls.conf.example. */
export function describeDirectives(): readonly DirectiveDescription[] {
  return BLOCK_NAMES.flatMap(block => DIRECTIVES[block].map(row => describe(block, row)))
}

function describe(block: BlockName, row: Row): DirectiveDescription {
  const active = isActive(row) ? row : undefined
  const shownDefault = active?.default === undefined ? undefined : showValue(row.kind, active.default)
  return {
    block,
    blocks: block === 'server' ? ['srt', 'server'] : [block],
    name: row.name,
    variable: variableOf(row.name),
    range: rangeOf(row.kind),
    default: shownDefault,
    required: active?.required ?? false,
    apply: active?.apply,
    secret: active?.secret ?? false,
    ignored: isActive(row) ? undefined : row.ignored,
    example: shownDefault ?? row.example ?? '""',
    explanation: row.explanation,
  }
}
