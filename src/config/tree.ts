import type { Position } from './problem.ts'

export interface Value extends Position {
  readonly text: string
  readonly isQuoted: boolean
}

/** `name value;` */
export interface Directive extends Position {
  readonly type: 'directive'
  readonly name: string
  readonly values: readonly Value[]
  /** Everything between name and `;`, inner white space as written; what unquoted text with spaces means. */
  readonly rest: string
  /** Where it ended, to tell what stands right behind it. */
  readonly endLine: number
  /** False: the `;` was missing. */
  readonly isEnded: boolean
}

/** `name { … }`; the root has the name ''. */
export interface Block extends Position {
  readonly type: 'block'
  readonly name: string
  readonly entries: readonly (Directive | Block)[]
}

/**
 * How much of the text behind a name can be its value. 'word': one word. 'text': words on one line. 'list': words
 * on any number of lines.
 */
export type ValueShape = 'word' | 'text' | 'list'

/** What the parser must know of names to find where a forgotten `;` or brace belongs. */
export interface Vocabulary {
  /** Undefined: no directive of that name. */
  valueShape(name: string): ValueShape | undefined
  isBlock(name: string): boolean
  /** The block that `name` stands in. */
  parentOf(name: string): string | undefined
}
