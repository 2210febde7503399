const DAY_S = 86_400

/** When a new key ends: seconds from now; '' = never; 'at' = at a time that is asked for. */
export const EXPIRIES: readonly { value: string; label: string }[] = [
  { value: '', label: 'Never' },
  { value: String(DAY_S), label: 'In a day' },
  { value: String(7 * DAY_S), label: 'In a week' },
  { value: String(30 * DAY_S), label: 'In 30 days' },
  { value: String(365 * DAY_S), label: 'In a year' },
  { value: 'at', label: 'At a time …' },
]

/** For how long the old key goes on beside the new one, in seconds. */
export const OVERLAPS: readonly { value: string; label: string }[] = [
  { value: '0', label: 'Ends at once' },
  { value: '3600', label: 'Goes on for an hour' },
  { value: '86400', label: 'Goes on for a day' },
  { value: '604800', label: 'Goes on for a week' },
]
