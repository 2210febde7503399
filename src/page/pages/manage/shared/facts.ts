/** Endings of names that are units. */
const UNITS = [
  ['_s', 's'],
  ['_ms', 'ms'],
  ['_kbps', 'kbit/s'],
] as const

/** `{name: 'Studio', silent_s: 5, scope: null}` as "name Studio · silent 5 s": an event or a change on one line. */
export function factsOf(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => factOf(name, value))
    .join(' · ')
}

function factOf(name: string, value: unknown): string {
  const [ending = '', unit = ''] = UNITS.find(([each]) => name.endsWith(each)) ?? []
  const words = name.slice(0, name.length - ending.length).replaceAll('_', ' ')
  return `${words} ${textOf(value)}${unit === '' ? '' : ` ${unit}`}`
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ') || 'none'
  if (typeof value !== 'object' || value === null) return String(value)
  if ('directive' in value && 'from' in value && 'to' in value) {
    return `${textOf(value.directive)}: ${textOf(value.from)} → ${textOf(value.to)}`
  }
  return Object.entries(value)
    .map(([name, each]) => `${name} ${textOf(each)}`)
    .join(', ')
}
