import { CsvError, parse } from 'csv-parse/sync'
import { AppError, type Problem } from '../../../lib/errors.ts'
import { IMPORT_MAX_ROWS, StreamIdImportRow } from '../../schemas/import.ts'

/** In characters. By far more than a row of an import has, and a longer one takes long to be taken apart. */
const LINE_MAX_LENGTH = 65_536
const MAX_PROBLEMS = 100

const isLineEnd = (code: number) => code === 10 || code === 13

function refuseLongLines(text: string): void {
  let start = 0
  for (let index = 0; index <= text.length; index++) {
    if (index < text.length && !isLineEnd(text.charCodeAt(index))) continue
    if (index - start > LINE_MAX_LENGTH)
      throw new AppError(
        'BODY_INVALID',
        `Invalid CSV body: a line has more than ${LINE_MAX_LENGTH} characters`,
      )
    start = index + 1
  }
}

/** Throws what `onRecord` throws. */
function eachRecord(text: string, onRecord: (record: readonly string[]) => void): void {
  const on_record = (record: readonly string[]) => {
    onRecord(record)
    // They are kept elsewhere.
    return null
  }
  try {
    parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, on_record })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    // Its own sentence quotes the text.
    const line =
      cause instanceof CsvError && typeof cause['lines'] === 'number' ? ` in line ${cause['lines']}` : ''
    throw new AppError('BODY_INVALID', `Invalid CSV body: a quote is missing or too many${line}`, { cause })
  }
}

export interface Table {
  columns: readonly string[]
  records: readonly (readonly string[])[]
}

/**
 * A table with a header line that an import can have; RFC 4180. Reads no further than it is clear that nothing will be
 * imported: the rest would only hold everybody up. Throws BODY_INVALID, IMPORT_INVALID.
 */
export function tableOf(text: string): Table {
  refuseLongLines(text)
  let columns: readonly string[] | undefined
  const records: (readonly string[])[] = []
  const uneven: Problem[] = []
  eachRecord(text, record => {
    if (columns === undefined) {
      columns = record
      refuse(problemsOf(record))
      return
    }
    records.push(record)
    if (records.length > IMPORT_MAX_ROWS) throw tooManyRows()
    if (record.length !== columns.length) {
      const what = `has ${record.length} fields, but the header ${columns.length}`
      uneven.push({ where: `row ${records.length}`, what })
    }
    if (uneven.length >= MAX_PROBLEMS) refuse(uneven)
  })
  if (columns === undefined) refuse(problemsOf([]))
  refuse(uneven)
  return { columns: columns ?? [], records }
}

const tooManyRows = () =>
  new AppError('BODY_INVALID', `Invalid body: at most ${IMPORT_MAX_ROWS} rows, but it has more`)

const KNOWN: ReadonlySet<string> = new Set(Object.keys(StreamIdImportRow.properties))

const header = (what: string): Problem => ({ where: 'header', what })

function problemsOf(columns: readonly string[]): Problem[] {
  const named = new Set(columns)
  const unknown = columns.filter(column => !KNOWN.has(column))
  const missing = ['player', 'publisher'].filter(column => !named.has(column))
  // Each name is taken away at its first place.
  const repeated = columns.filter(column => !named.delete(column))
  return [
    ...missing.map(column => header(`needs the column ${column}`)),
    ...unknown.map(column => header(`has an unknown column ${JSON.stringify(column.slice(0, 64))}`)),
    ...repeated.map(column => header(`has the column ${column.slice(0, 64)} twice`)),
  ].slice(0, MAX_PROBLEMS)
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  const message = `Nothing was imported: ${first.where} ${first.what}`
  throw new AppError('IMPORT_INVALID', message, { problems })
}
