import { AppError } from '../lib/errors.ts'

/** Where a page ended, as a text that clients hand back without looking into it. */
export const encodeCursor = (id: number): string => Buffer.from(String(id)).toString('base64url')

/** The id in a cursor. Throws QUERY_INVALID. */
export function decodeCursor(text: string): number {
  const decoded = Buffer.from(text, 'base64url').toString('latin1')
  const isOurs = /^(0|[1-9]\d{0,14})$/.test(decoded) && encodeCursor(Number(decoded)) === text
  if (isOurs) return Number(decoded)
  const what = 'must be the next_cursor of the page before'
  throw new AppError('QUERY_INVALID', `Invalid parameter: cursor ${what}`, {
    problems: [{ where: 'cursor', what }],
  })
}

export interface Page<Row> {
  rows: readonly Row[]
  /** Null: this is the last page. */
  nextCursor: string | null
}

/** The first `limit` of the rows; one more than that tells that there is another page. */
export function pageOf<Row extends { id: number }>(rows: readonly Row[], limit: number): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(last.id) : null }
}
