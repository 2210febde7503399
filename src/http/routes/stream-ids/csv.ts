import { stringify } from 'csv-stringify/sync'
import { DERIVED_FIELDS, type StreamIdDetail } from '../../schemas/stream-ids.ts'
import { tableOf } from './csv-table.ts'

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
  'public_name',
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

/** The rows as JSON would have them; an empty field is one that is left out. Throws BODY_INVALID, IMPORT_INVALID. */
export function fromCsv(text: string): unknown[] {
  const { columns, records } = tableOf(text)
  return records.map(record =>
    Object.fromEntries(
      columns
        .map((column, index): [string, string] => [column, record[index] ?? ''])
        .filter(([column, field]) => field !== '' && !DERIVED_FIELDS.includes(column))
        .map(([column, field]) => [column, readField(column, field)]),
    ),
  )
}
