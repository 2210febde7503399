import { AppError } from '../../../lib/errors.ts'
import { msOfIso } from '../../views/times.ts'

/** Unix milliseconds. Throws QUERY_INVALID: a format can't tell that there is no 30th of February. */
export function timeParameter(where: string, text: string): number {
  const atMs = msOfIso(text)
  if (atMs !== undefined) return atMs
  const what = 'must be a date and time such as 2026-01-31T23:59:59Z'
  throw new AppError('QUERY_INVALID', `Invalid parameter: ${where} ${what}`, { problems: [{ where, what }] })
}
