import { AppError } from '../../../lib/errors.ts'

/** The id of a key in a path: 7, or 'conf:1'. Throws PATH_INVALID. */
export function keyIdOf(text: string): number | string {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  if (/^conf:[1-9]\d{0,5}$/.test(text)) return text
  throw new AppError('PATH_INVALID', 'Invalid path: the id of a key is a whole number, or such as conf:1')
}

export const unknownKey = () => new AppError('API_KEY_UNKNOWN', 'API key not found')
