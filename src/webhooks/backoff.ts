const FIRST_MS = 5000
export const BACKOFF_CAP_MS = 15 * 60_000
/** Of a delay; so much of it is left to chance, so that endpoints of one host don't come back together. */
const JITTER = 0.2

/** How long to wait after so many failed attempts in a row: 5 s, 10 s, … 15 min, each up to a fifth less. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const fullMs = Math.min(BACKOFF_CAP_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 20))
  return Math.round(fullMs * (1 - JITTER * random()))
}
