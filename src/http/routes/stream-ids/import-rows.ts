import type { Static } from 'typebox'
import { AppError, type Problem } from '../../../lib/errors.ts'
import type { NewStreamId } from '../../../store/stream-ids.ts'
import { IMPORT_MAX_ROWS, StreamIdImportRow } from '../../schemas/import.ts'
import { readBody } from '../../validate.ts'
import { settingsOf } from '../../views/stream-id.ts'
import { fromCsv } from './csv.ts'

const MAX_PROBLEMS = 100

/** The rows of a body, still unchecked. Throws BODY_INVALID, IMPORT_INVALID. */
function rawRows(body: unknown, mediaType: string): readonly unknown[] {
  if (mediaType === 'text/csv' && typeof body === 'string') return fromCsv(body)
  if (Array.isArray(body)) return body
  const isWrapped = body !== null && typeof body === 'object' && Object.hasOwn(body, 'stream_ids')
  const rows: unknown = isWrapped && 'stream_ids' in body ? body.stream_ids : undefined
  if (Array.isArray(rows)) return rows
  throw new AppError('BODY_INVALID', 'Invalid JSON body: an array, or an object with stream_ids, is expected')
}

function toRow({ publisher, player, description, ...body }: Static<typeof StreamIdImportRow>): NewStreamId {
  const text = description === undefined ? {} : { description }
  return { publisher, player, ...text, ...settingsOf(body) }
}

/** What is wrong with one row, as readBody() says it. */
function problemsOf(error: unknown, number: number): Problem[] {
  if (!(error instanceof AppError)) throw error
  if (error.problems === undefined) return [{ where: `row ${number}`, what: 'must be an object' }]
  return error.problems.map(({ where, what }) => ({ where: `row ${number}, ${where}`, what }))
}

/** What an import's body holds. Throws BODY_INVALID, and IMPORT_INVALID with one problem a field. */
export function readImport(body: unknown, mediaType: string): readonly NewStreamId[] {
  const raw = rawRows(body, mediaType)
  if (raw.length > IMPORT_MAX_ROWS) {
    throw new AppError(
      'BODY_INVALID',
      `Invalid body: at most ${IMPORT_MAX_ROWS} rows, but it has ${raw.length}`,
    )
  }
  const rows: NewStreamId[] = []
  const problems: Problem[] = []
  for (const [index, row] of raw.entries()) {
    try {
      rows.push(toRow(readBody(StreamIdImportRow, row)))
    } catch (error) {
      problems.push(...problemsOf(error, index + 1))
    }
    if (problems.length >= MAX_PROBLEMS) break
  }
  if (problems.length === 0) return rows
  const message = `Nothing was imported: ${problems[0]?.where} ${problems[0]?.what}`
  throw new AppError('IMPORT_INVALID', message, { problems: problems.slice(0, MAX_PROBLEMS) })
}
