const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** '740 kbit/s', '6.0 Mbit/s', '1.20 Gbit/s'. */
export function shownRate(rateKbps: number): string {
  if (rateKbps < 1000) return `${Math.round(rateKbps)} kbit/s`
  if (rateKbps < 1_000_000) return `${(rateKbps / 1000).toFixed(1)} Mbit/s`
  return `${(rateKbps / 1_000_000).toFixed(2)} Gbit/s`
}

const two = (number: number) => String(number).padStart(2, '0')

/** '0:42', '12:05', '3:04:05', '2d 03:04'. */
export function shownDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [days, hours] = [Math.floor(whole / DAY_S), Math.floor((whole % DAY_S) / HOUR_S)]
  const minutes = Math.floor((whole % HOUR_S) / MINUTE_S)
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}`
  const rest = two(whole % MINUTE_S)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** '2026-11-21 09:00:00Z'; an empty text for no time. */
export function shownTime(atMs: number): string {
  return Number.isNaN(atMs)
    ? ''
    : new Date(atMs)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z')
}
