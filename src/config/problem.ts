/** Something wrong, or a warning about something without effect, and where it stands. */
export interface Problem {
  /** The file, `environment SLS_…` for a variable, or `PATCH /api/config`. */
  readonly file: string
  /** From 1; 0 = the problem has no place in a text. */
  readonly line: number
  /** From 1, in UTF-16 code units as editors count; a byte order mark isn't counted. */
  readonly column: number
  readonly what: string
  /** How to mend it; '' = it is obvious. */
  readonly hint: string
  /** All of it on one line: `file:line:column: what (hint)`. Holds no secret. */
  readonly text: string
  /** The directive, where it was set over the API. */
  readonly directive?: string
}

/** A place in a text, without the text's name. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** What lexer and parser report; they don't know the name of the text. */
export interface Fault extends Position {
  readonly what: string
  readonly hint: string
}

/** A place that a problem can name. */
export interface Place extends Position {
  readonly file: string
  /** Of a directive that was set over the API: its name. */
  readonly directive?: string
}

/** Where something was set, for people. */
export const showPlace = ({ file, line, column }: Place) => (line === 0 ? file : `${file}:${line}:${column}`)

export function problem(place: Place, what: string, hint = ''): Problem {
  const { file, line, column, directive } = place
  const text = `${showPlace(place)}: ${sentence({ what, hint })}`
  const fields = { file, line, column, what, hint, text }
  return Object.freeze(directive === undefined ? fields : { ...fields, directive })
}

/** What is wrong and how to mend it. */
export const sentence = ({ what, hint }: Pick<Problem, 'what' | 'hint'>) =>
  hint === '' ? what : `${what} (${hint})`

/** In the order of the text, each once; what has no place in it comes last. */
export function sorted(problems: readonly Problem[]): Problem[] {
  const order = ({ line }: Problem) => (line === 0 ? Number.MAX_SAFE_INTEGER : line)
  const unique = new Map(problems.map(each => [each.text, each]))
  return [...unique.values()].sort((a, b) => order(a) - order(b) || a.column - b.column)
}
