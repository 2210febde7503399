import { CsvError, type Options, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { AppError, type Problem } from '../../../lib/errors.ts'
import { StreamIdImportRow } from '../../schemas/import.ts'
import { DERIVED_FIELDS, type StreamIdDetail } from '../../schemas/stream-ids.ts'

/** What an import sets, and whether there is a passphrase that an export doesn't tell. */
const COLUMNS = [
  'player',
  'publisher',
  'description',
  'max_players',
  'max_bitrate_kbps',
  'bitrate_grace_s',
  'publish_networks',
  'play_networks',
  'tokens_only',
  'has_passphrase',
] as const satisfies readonly (keyof StreamIdDetail)[]

const textOf = (value: StreamIdDetail[(typeof COLUMNS)[number]]) =>
  Array.isArray(value) ? value.join(' ') : String(value ?? '')

/** With a header line; RFC 4180. Every text is exact, as it has to be for an import. */
export function toCsv(rows: readonly StreamIdDetail[]): string {
  const records = rows.map(row => COLUMNS.map(column => textOf(row[column])))
  return stringify([[...COLUMNS], ...records], {
    record_delimiter: '\r\n',
    // Readers take either for the end of a line.
    quoted_match: /[\r\n]/,
  })
}

const KNOWN: readonly string[] = Object.keys(StreamIdImportRow.properties)
const NUMBERS: readonly string[] = ['max_players', 'max_bitrate_kbps', 'bitrate_grace_s']
const LISTS: readonly string[] = ['publish_networks', 'play_networks']

/** What a field's text stands for; one that isn't of the field's type stays text and is refused as such. */
function readField(column: string, text: string): unknown {
  if (NUMBERS.includes(column) && /^\d{1,15}$/.test(text)) return Number(text)
  if (LISTS.includes(column)) return text.split(/\s+/).filter(word => word !== '')
  // Spreadsheet programs write it in capitals.
  if (column === 'tokens_only' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return text
}

const OPTIONS: Options = { bom: true, relax_column_count: true, skip_empty_lines: true }

function recordsOf(text: string): readonly string[][] {
  try {
    return parse(text, OPTIONS)
  } catch (cause) {
    // Its own sentence quotes the text.
    const line =
      cause instanceof CsvError && typeof cause['lines'] === 'number' ? ` in line ${cause['lines']}` : ''
    throw new AppError('BODY_INVALID', `Invalid CSV body: a quote is missing or too many${line}`, { cause })
  }
}

const header = (what: string): Problem => ({ where: 'header', what })

function problemsOf(columns: readonly string[]): Problem[] {
  const unknown = columns.filter(column => !KNOWN.includes(column))
  const missing = ['player', 'publisher'].filter(column => !columns.includes(column))
  const repeated = columns.filter((column, index) => columns.indexOf(column) !== index)
  return [
    ...missing.map(column => header(`needs the column ${column}`)),
    ...unknown.map(column => header(`has an unknown column ${JSON.stringify(column.slice(0, 64))}`)),
    ...repeated.map(column => header(`has the column ${column.slice(0, 64)} twice`)),
  ].slice(0, 100)
}

/** The rows as JSON would have them; an empty field is one that is left out. Throws BODY_INVALID, IMPORT_INVALID. */
export function fromCsv(text: string): unknown[] {
  const [columns = [], ...records] = recordsOf(text)
  const problems = problemsOf(columns)
  if (problems.length > 0) throw refusal(problems)
  const uneven = records.flatMap((record, index) =>
    record.length === columns.length
      ? []
      : [
          {
            where: `row ${index + 1}`,
            what: `has ${record.length} fields, but the header ${columns.length}`,
          },
        ],
  )
  if (uneven.length > 0) throw refusal(uneven.slice(0, 100))
  return records.map(record =>
    Object.fromEntries(
      columns
        .map((column, index): [string, string] => [column, record[index] ?? ''])
        .filter(([column, field]) => field !== '' && !DERIVED_FIELDS.includes(column))
        .map(([column, field]) => [column, readField(column, field)]),
    ),
  )
}

const refusal = (problems: readonly Problem[]) =>
  new AppError('IMPORT_INVALID', `Nothing was imported: ${problems[0]?.where} ${problems[0]?.what}`, {
    problems,
  })
