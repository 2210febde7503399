import { AppError } from '../../lib/errors.ts'

/** The whole number in a path; `what` is whose id it is. Throws PATH_INVALID. */
export function numericId(text: string, what: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new AppError('PATH_INVALID', `Invalid path: the id of ${what} is a whole number`)
}
