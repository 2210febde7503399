import { type BadCharacters, findForbidden, findOddSpaces, withoutForbidden } from './characters.ts'
import type { Fault, Position } from './problem.ts'

/** 'word' is unquoted, 'string' was quoted; the rest are what they are. The last token is always 'end'. */
export type TokenType = 'word' | 'string' | ';' | '{' | '}' | 'end'

export interface Token extends Position {
  readonly type: TokenType
  /** Without quotes and escapes. */
  readonly text: string
  /** Offsets into the text, quotes included; a token never spans lines. */
  readonly start: number
  readonly end: number
}

interface Run {
  readonly text: string
  readonly tokens: Token[]
  readonly faults: Fault[]
  offset: number
  line: number
  lineStart: number
  /** The next word is a name, not a value: a brace ends it. */
  isAtName: boolean
}

const BLANK = /[^\S\n]+/y
const COMMENT = /#[^\n]*/y
const WORD = /[^\s;{}#]+/y
/** In a value, as in `http://host/{id}`; elsewhere a brace opens or closes a block. */
const BRACES = /\{[^\s;{}"'#]*\}/y

/** Text to tokens. Never throws; what it had to leave out is in `faults`. */
export function lex(text: string): { tokens: Token[]; faults: Fault[] } {
  const start = text.startsWith('\uFEFF') ? 1 : 0
  const run: Run = { text, tokens: [], faults: [], offset: start, line: 1, lineStart: start, isAtName: true }
  while (run.offset < text.length) next(run)
  push(run, 'end', '', text.length)
  return { tokens: run.tokens, faults: run.faults }
}

function next(run: Run): void {
  const character = run.text.charAt(run.offset)
  switch (character) {
    case '\n':
      run.offset += 1
      run.line += 1
      run.lineStart = run.offset
      return
    case '#':
      run.offset += match(COMMENT, run.text, run.offset).length
      return
    case ';':
    case '{':
    case '}':
      push(run, character, character, run.offset + 1)
      run.isAtName = true
      return
    case '"':
    case "'":
      readString(run, character)
      return
    default:
      readBlankOrWord(run)
  }
}

function readBlankOrWord(run: Run): void {
  const blank = match(BLANK, run.text, run.offset)
  if (blank !== '') {
    report(run, run.offset, findOddSpaces(blank))
    run.offset += blank.length
    return
  }
  let end = run.offset
  for (let part = wordPart(run, end); part !== ''; part = wordPart(run, end)) end += part.length
  const raw = run.text.slice(run.offset, end)
  report(run, run.offset, findForbidden(raw))
  const text = withoutForbidden(raw)
  if (text === '') run.offset = end
  else push(run, 'word', text, end)
}

function wordPart(run: Run, offset: number): string {
  const plain = match(WORD, run.text, offset)
  return plain === '' && offset > run.offset && !run.isAtName ? match(BRACES, run.text, offset) : plain
}

/** Ends at its quote, or where the line ends: no value has more than one line. */
function readString(run: Run, quote: string): void {
  const { text } = run
  let value = ''
  let at = run.offset + 1
  for (let character = text.charAt(at); character !== quote; character = text.charAt(at)) {
    if (character === '' || character === '\n') {
      readUnclosed(run, at)
      return
    }
    const escaped = text.charAt(at + 1)
    const isEscape = character === '\\' && /^["'\\]$/.test(escaped)
    value += isEscape ? escaped : character
    at += isEscape ? 2 : 1
  }
  report(run, run.offset + 1, findForbidden(text.slice(run.offset + 1, at)))
  push(run, 'string', withoutForbidden(value), at + 1)
}

/** Takes what is left of the line as the value, but leaves its `;`. */
function readUnclosed(run: Run, lineEnd: number): void {
  fault(run, run.offset, 'unclosed quote', 'close it on the same line')
  const rest = run.text.slice(run.offset + 1, lineEnd).trimEnd()
  const raw = rest.endsWith(';') ? rest.slice(0, -1) : rest
  report(run, run.offset + 1, findForbidden(raw))
  push(run, 'string', withoutForbidden(raw), run.offset + 1 + raw.length)
}

function push(run: Run, type: TokenType, text: string, end: number): void {
  run.tokens.push({ type, text, line: run.line, column: columnOf(run, run.offset), start: run.offset, end })
  run.offset = end
  run.isAtName = false
}

function report(run: Run, base: number, found: readonly BadCharacters[]): void {
  for (const { offset, what, hint } of found) fault(run, base + offset, what, hint)
}

function fault(run: Run, offset: number, what: string, hint: string): void {
  run.faults.push({ line: run.line, column: columnOf(run, offset), what, hint })
}

const columnOf = (run: Run, offset: number) => offset - run.lineStart + 1

function match(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset
  return pattern.exec(text)?.[0] ?? ''
}
