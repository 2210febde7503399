const STORED = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/
/** What Date can hold. Source: ECMA-262, "Time Values and Time Range". */
const MAX_MS = 8.64e15

/** Unix milliseconds as ISO 8601 with Z, without a fraction of zero; null: no time. */
export function isoOfMs(atMs: number): string | null {
  if (!Number.isFinite(atMs) || Math.abs(atMs) > MAX_MS) return null
  return new Date(atMs).toISOString().replace('.000Z', 'Z')
}

/** '2026-01-31 23:59:59', UTC, as ISO 8601 with Z; null: none, or another program wrote something else. */
export function isoOfStored(timestamp: string | null): string | null {
  if (timestamp === null) return null
  const [, date, time] = STORED.exec(timestamp) ?? []
  return isoOfMs(Date.parse(date === undefined ? timestamp : `${date}T${time}Z`))
}

/** Unix seconds; 0 is none. */
export const isoOfSeconds = (atS: number): string | null => (atS === 0 ? null : isoOfMs(atS * 1000))

/** Unix milliseconds of ISO 8601 with Z or an offset; undefined: there is no such time. */
export function msOfIso(text: string): number | undefined {
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : atMs
}
