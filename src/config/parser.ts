import { quotedName, withoutForbidden } from './characters.ts'
import type { Token } from './lexer.ts'
import type { Fault } from './problem.ts'
import type { Block, Directive, Vocabulary } from './tree.ts'

interface OpenBlock {
  readonly name: string
  readonly entries: (Directive | Block)[]
}

interface Run {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly vocabulary: Vocabulary
  readonly faults: Fault[]
  /** The blocks around the current token, with their opening tokens; the root first. */
  readonly open: (OpenBlock & { readonly token: Token })[]
  index: number
  /** How many `{` are more than `}`; negative: how many `{` are missing. Tells a forgotten brace from a wrong one. */
  surplus: number
}

/** Tokens to a tree. Never throws and always goes on to the end; what it had to skip or assume is in `faults`. */
export function parse(
  text: string,
  tokens: readonly Token[],
  vocabulary: Vocabulary,
): { root: Block; faults: Fault[] } {
  const count = (type: string) => tokens.filter(token => token.type === type).length
  const surplus = count('{') - count('}')
  const root: OpenBlock = { name: '', entries: [] }
  const run: Run = { text, tokens, vocabulary, faults: [], open: [], index: 0, surplus }
  run.open.push({ ...root, token: here(run) })
  while (here(run).type !== 'end') readStatement(run)
  for (const { name, token } of run.open.slice(1).reverse()) {
    fault(run, token, `the block${shown(run, name)} is never closed`, "a '}' is missing")
  }
  return { root: { type: 'block', ...root, line: 1, column: 1 }, faults: run.faults }
}

/** The current token. The list ends with 'end', which is never passed. */
function here(run: Run): Token {
  return run.tokens[run.index] ?? END
}

/** What is deeper is left out of the tree, so that walking it by recursion is safe. */
const DEEPEST = 16

const END: Token = { type: 'end', text: '', line: 1, column: 1, start: 0, end: 0 }

function take(run: Run): Token {
  const token = here(run)
  if (token.type !== 'end') run.index += 1
  return token
}

function readStatement(run: Run): void {
  const token = take(run)
  switch (token.type) {
    case ';':
      fault(run, token, "unexpected ';'", 'remove it')
      return
    case '{':
      fault(run, token, 'a block without a name', "write the block's name before '{'")
      openBlock(run, token, '')
      return
    case '}':
      if (run.open.length > 1) run.open.pop()
      else fault(run, token, "unexpected '}'", 'no block is open here')
      return
    default:
      readNamed(run, token)
  }
}

function readNamed(run: Run, name: Token): void {
  if (name.type === 'string') fault(run, name, 'a quoted name', 'write names without quotes')
  const isBlock = run.vocabulary.isBlock(name.text)
  if (isBlock && run.surplus < 0 && here(run).type !== '{') {
    fault(run, endOf(name), `missing '{' after ${quotedName(name.text)}`, '')
    run.surplus += 1
    openBlock(run, name, name.text)
    return
  }
  const values = takeValues(run, name)
  const last = values.at(-1) ?? name
  const after = here(run)
  if (after.type === '{') {
    take(run)
    // The text itself isn't shown: it may be a secret's value whose `;` is missing.
    if (values.length > 0)
      fault(run, last, `text between${shown(run, name.text) || ' a name'} and '{'`, 'remove it')
    openBlock(run, name, name.text)
    return
  }
  if (after.type === ';') take(run)
  else fault(run, endOf(last), missingEnd(run, name.text), '')
  const directive: Directive = {
    type: 'directive',
    name: name.text,
    line: name.line,
    column: name.column,
    values: values.map(({ text, line, column, type }) => ({
      text,
      line,
      column,
      isQuoted: type === 'string',
    })),
    rest: textOf(run, values),
    endLine: last.line,
    isEnded: after.type === ';',
  }
  run.open.at(-1)?.entries.push(directive)
}

/** Unknown names aren't shown: what looks like one may be the rest of a passphrase that has a `;` in it. */
function shown({ vocabulary }: Run, name: string): string {
  return vocabulary.isBlock(name) || vocabulary.valueShape(name) !== undefined ? ` ${quotedName(name)}` : ''
}

function missingEnd(run: Run, name: string): string {
  const directive = shown(run, name)
  return directive === '' ? "missing ';'" : `missing ';' after the value of${directive}`
}

function takeValues(run: Run, name: Token): Token[] {
  const values: Token[] = []
  for (let token = here(run); isValue(run, name, values.at(-1), token); token = here(run)) {
    values.push(take(run))
  }
  return values
}

/** Whether a token still belongs to the value of `name`, or begins the next statement after a missing `;`. */
function isValue(run: Run, name: Token, previous: Token | undefined, token: Token): boolean {
  if (token.type === 'string') return true
  if (token.type !== 'word') return false
  const { vocabulary } = run
  const shape = vocabulary.valueShape(name.text)
  const isKnown = vocabulary.valueShape(token.text) !== undefined || vocabulary.isBlock(token.text)
  const isOnNewLine = token.line !== (previous ?? name).line
  if (isOnNewLine) return !isKnown && (previous === undefined || shape === 'list')
  return !(isKnown && shape === 'word' && previous !== undefined)
}

function textOf(run: Run, values: readonly Token[]): string {
  const [first] = values
  const last = values.at(-1)
  if (first === undefined || last === undefined) return ''
  return withoutForbidden(run.text.slice(first.start, last.end).replaceAll(/\s/g, ' '))
}

function openBlock(run: Run, token: Token, name: string): void {
  closeForgotten(run, token, name)
  const { line, column } = token
  const entries: OpenBlock['entries'] = []
  const isTooDeep = run.open.length > DEEPEST
  if (!isTooDeep) run.open.at(-1)?.entries.push({ type: 'block', name, line, column, entries })
  else if (run.open.length === DEEPEST + 1) fault(run, token, `more than ${DEEPEST} blocks in each other`, '')
  run.open.push({ name, entries, token })
}

/** `server { … server {`: where a '}' is missing in the text, it is missing before the second one. */
function closeForgotten(run: Run, token: Token, name: string): void {
  // Looking through a deep stack at each block would take a time that grows with the square of the text.
  if (run.surplus <= 0 || run.open.length > DEEPEST) return
  const parent = run.vocabulary.parentOf(name)
  const depth = run.open.findLastIndex(block => block.name === parent)
  if (depth === -1) return
  while (run.surplus > 0 && run.open.length - 1 > depth) {
    const forgotten = run.open.pop()
    run.surplus -= 1
    fault(run, token, `missing '}' before ${quotedName(name)}`, openedAt(forgotten?.token))
  }
}

const openedAt = (token: Token | undefined) => `the block opened on line ${token?.line ?? 0} is not closed`

/** The place right behind a token. */
function endOf(token: Token): Token {
  return { ...token, column: token.column + token.end - token.start }
}

function fault(run: Run, { line, column }: Token, what: string, hint: string): void {
  run.faults.push({ line, column, what, hint })
}
