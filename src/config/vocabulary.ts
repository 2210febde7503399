import { BLOCK_NAMES, DIRECTIVES, isBlockName, PARENTS } from './directives.ts'
import { shapeOf } from './kinds.ts'
import type { ValueShape, Vocabulary } from './tree.ts'

const SHAPES: ReadonlyMap<string, ValueShape> = new Map(
  BLOCK_NAMES.flatMap(block => DIRECTIVES[block].map(({ name, kind }) => [name, shapeOf(kind)] as const)),
)

/** What the table tells the parser. */
export const vocabulary: Vocabulary = {
  valueShape: name => SHAPES.get(name),
  isBlock: isBlockName,
  parentOf: name => (isBlockName(name) ? PARENTS[name] : undefined),
}
