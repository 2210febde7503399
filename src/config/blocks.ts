import { RELAY_REASON } from './directives/relay.ts'
import { isBlockName, rowsIn } from './directives.ts'
import { isEmptyValue, isList } from './kinds.ts'
import type { Token } from './lexer.ts'
import { nearest } from './nearest.ts'
import type { Place, Position } from './problem.ts'
import { fail, type Report, warn } from './report.ts'
import type { BlockName, Row } from './row.ts'
import { readSetting, type Setting, type Settings } from './setting.ts'
import type { Block, Directive } from './tree.ts'
import { checkBlock, reportUnknown } from './unknown.ts'

/** A block of the file with what was written in it. */
export interface ServerSettings {
  readonly settings: Settings
  readonly place: Place
}

export interface FileSettings {
  readonly srt: Settings
  readonly servers: readonly ServerSettings[]
}

interface Run {
  readonly file: string
  readonly report: Report
  readonly srt: Map<string, Setting>
  readonly servers: ServerSettings[]
  readonly keyColumns: ReadonlyMap<number, number>
  srtPlace: Place | undefined
}

export interface Source {
  readonly root: Block
  readonly tokens: readonly Token[]
  /** The name of the text. */
  readonly file: string
}

/** Everything the tree sets. Reports all that is wrong in it and all that has no effect. */
export function readBlocks({ root, tokens, file }: Source, report: Report): FileSettings {
  const keyColumns = new Map(tokens.filter(isNameOfKeys).map(({ line, column }) => [line, column]))
  const run: Run = { file, report, srt: new Map(), servers: [], keyColumns, srtPlace: undefined }
  readEntries(run, root, undefined, new Map())
  return { srt: run.srt, servers: run.servers }
}

function readEntries(
  run: Run,
  block: Block,
  where: BlockName | undefined,
  settings: Map<string, Setting>,
): void {
  let previous: Directive | undefined
  for (const entry of block.entries) {
    const isSpilt = !isKnown(entry, where) && (isRestOfKeys(run, entry) || isRestOfSecret(entry, previous))
    if (isSpilt) failSpilt(run, entry)
    else if (entry.type === 'block') readBlock(run, entry, where)
    else readDirective(run, entry, where, settings)
    // What is behind the rest of a secret may be the rest of it too.
    const name = isSpilt ? (previous?.name ?? entry.name) : entry.name
    previous = entry.type === 'block' ? asDirective({ ...entry, name }) : { ...entry, name }
  }
}

/** The JSON of `api_keys` without quotes looks like blocks, and what is behind it is still JSON. */
const asDirective = ({ name, line, column }: Block): Directive | undefined =>
  isBlockName(name)
    ? undefined
    : { type: 'directive', name, line, column, values: [], rest: '', endLine: line, isEnded: false }

function readBlock(run: Run, block: Block, where: BlockName | undefined): void {
  const { file, report } = run
  const place = { file, line: block.line, column: block.column }
  const name = checkBlock(block.name, where, place, report)
  switch (name) {
    case undefined:
      return
    case 'srt':
      if (run.srtPlace !== undefined) fail(report, place, 'a second srt block', firstOn(run.srtPlace))
      run.srtPlace ??= place
      readEntries(run, block, name, run.srt)
      return
    case 'server': {
      const settings = new Map<string, Setting>()
      run.servers.push({ settings, place })
      readEntries(run, block, name, settings)
      return
    }
    case 'relay': {
      warn(report, place, `the relay block has no effect: ${RELAY_REASON}`)
      // One warning is enough: what is in the block is checked, but not warned of again.
      readEntries({ ...run, report: { ...report, warnings: [] } }, block, name, new Map())
    }
  }
}

function readDirective(
  run: Run,
  directive: Directive,
  where: BlockName | undefined,
  settings: Map<string, Setting>,
): void {
  const { file, report } = run
  const { name, line, column } = directive
  const place = { file, line, column }
  const row = where === undefined ? undefined : rowsIn(where).get(name)
  if (row === undefined) {
    reportUnknown(directive, where, place, report)
    return
  }
  const earlier = settings.get(name)
  if (earlier !== undefined) fail(report, place, `${name} is set twice in this block`, firstOn(earlier.place))
  const setting = readValueOf(run, directive, row, place)
  if (earlier === undefined) settings.set(name, setting)
}

const firstOn = ({ line }: Place) => `the first is on line ${line}`

type Entry = Directive | Block

const isKnown = ({ type, name }: Entry, where: BlockName | undefined): boolean =>
  type === 'block' ? isBlockName(name) : where !== undefined && rowsIn(where).has(name)

/** Whether an unknown name is probably the rest of a secret that had a `;` or a line end in it. */
function isRestOfSecret({ line }: Entry, previous: Directive | undefined): boolean {
  if (previous === undefined) return false
  const isBehind = previous.endLine === line || !previous.isEnded
  return isBehind && isNear(previous.name, SECRET_NAMES)
}

/** Whether an unknown name is behind `api_keys` on its line: JSON without quotes has braces that close and open blocks. */
function isRestOfKeys({ keyColumns }: Run, { line, column }: Entry): boolean {
  return column > (keyColumns.get(line) ?? Number.POSITIVE_INFINITY)
}

const isNameOfKeys = ({ type, text }: Token) => type === 'word' && isNear(text, KEYS_NAMES)

function isNear(name: string, names: readonly string[]): boolean {
  const [start = ''] = /^[\w-]*/.exec(name) ?? []
  return nearest(start, names) !== undefined
}

/** Says nothing of the name: it is part of the secret. */
function failSpilt({ file, report }: Run, { line, column }: Position): void {
  const hint = "a value with ';' needs quotes"
  fail(report, { file, line, column }, 'text right after the value of a secret', hint)
}

const SECRETS = [...rowsIn('srt').values()].filter(row => 'secret' in row)
const SECRET_NAMES = SECRETS.map(row => row.name)
const KEYS_NAMES = SECRETS.filter(({ kind }) => kind.type === 'keys').map(row => row.name)

function readValueOf({ report }: Run, directive: Directive, row: Row, place: Place): Setting {
  const { values, rest } = directive
  const [first] = values
  if (first === undefined) {
    const hint = isEmptyValue(row.kind) ? 'write "" for an empty one' : ''
    fail(report, place, `${row.name} has no value`, hint)
    return { value: undefined, place }
  }
  const valuePlace = { ...place, line: first.line, column: first.column }
  if (isList(row.kind)) return readSetting(row, values.map(({ text }) => text).join(' '), valuePlace, report)
  if (values.length > 1 && values.some(({ isQuoted }) => isQuoted)) {
    const hint = 'put the whole value in one pair of quotes'
    fail(report, valuePlace, `${row.name} has more than one value`, hint)
    return { value: undefined, place: valuePlace }
  }
  return readSetting(row, first.isQuoted ? first.text : rest, valuePlace, report)
}
