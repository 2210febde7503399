const SECOND_MS = 1000

/** 12 → '12 s', 4711 → '1 h 18 min'. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60)]
  if (hours < 48) return `${hours} h ${minutes} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** '3 min ago', 'in 2 h', 'just now'. */
export function relative(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / SECOND_MS)
  const size = Math.abs(seconds)
  if (size < 2) return 'just now'
  const [length, unit] = UNITS.find(([least]) => size >= least) ?? [1, 's']
  const text = `${Math.floor(size / length)} ${unit}`
  return seconds > 0 ? `${text} ago` : `in ${text}`
}

/** Kilobits a second as people say it: '740 kbit/s', '6.01 Mbit/s'. */
export function bitrate(kbps: number): string {
  if (kbps < 1000) return `${Math.round(kbps)} kbit/s`
  return `${(kbps / 1000).toFixed(kbps < 10_000 ? 2 : 1)} Mbit/s`
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in powers of a thousand: '90.3 MB'. */
export function bytes(count: number): string {
  let [value, step] = [count, 0]
  while (value >= 1000 && step < SIZES.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(1)} ${SIZES[step] ?? 'PB'}`
}

export const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

export const percent = (value: number) =>
  `${value === 0 ? '0' : value < 0.01 ? '< 0.01' : value.toFixed(2)} %`

/** A whole count with a thin space between thousands. */
export const count = (value: number) => value.toLocaleString('en').replaceAll(',', '\u202f')

/** '1 player', '3 players'. */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`

/** The date and time as the reader's clock has it. */
export const localTime = (atMs: number) =>
  new Date(atMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
