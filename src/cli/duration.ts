import { InvalidArgumentError } from 'commander'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const MOST_S = 10 * 365 * 86_400

/** '30d', '12h', '90m', '45s' in seconds; at most ten years. */
export function durationS(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = Number(digits) * (SECONDS[unit] ?? Number.NaN)
  if (seconds > 0 && seconds <= MOST_S) return seconds
  throw new InvalidArgumentError('A duration is a number with d, h, m or s behind it, such as 30d.')
}
