/** `{name: 'Studio', scope: null}` as "name Studio": the fields of an event or a change on one line. */
export function factsOf(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(' · ')
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
