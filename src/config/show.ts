import type { ConfigValue, Kind } from './kinds.ts'
import type { Row } from './row.ts'

const K = 1024
const M = 1024 * K

/** What a value of the kind may be, for messages and documents. */
export function rangeOf(kind: Kind): string {
  switch (kind.type) {
    case 'integer': {
      const unit = kind.unit === '' ? '' : ` ${kind.unit}`
      const special = kind.special === undefined ? '' : `, or ${kind.special.value} for ${kind.special.means}`
      return `${kind.min} to ${kind.max}${unit}${special}`
    }
    case 'size':
      return `${showSize(kind.min)} to ${showSize(kind.max)} bytes`
    case 'choice':
      return kind.values.join(', ')
    case 'number-choice':
      return `${kind.values.join(', ')}${kind.unit === '' ? '' : ` ${kind.unit}`}`
    case 'switch':
      return 'on, off'
    case 'text': {
      const empty = kind.emptyMeans === undefined ? '' : `, or "" for ${kind.emptyMeans}`
      const what = kind.isAscii ? 'printable ASCII characters without spaces' : 'bytes of text'
      return `${kind.minBytes} to ${kind.maxBytes} ${what}${empty}`
    }
    case 'url':
      return `an http:// or https:// URL, or "" for ${kind.emptyMeans}`
    case 'address':
      return 'an IPv4 or IPv6 address'
    case 'networks':
      return 'IP addresses and CIDR blocks with spaces between them'
    case 'words':
      return 'words with spaces between them'
    case 'origins':
      return '* alone, or origins (scheme://host:port) with spaces between them, or "" for none'
    case 'keys':
      return 'a JSON array in single quotes, or its base64, or "" for none'
  }
}

/** A value as it is written in sls.conf. */
export function showValue(kind: Kind, value: ConfigValue | undefined): string {
  if (value === undefined) return 'unset'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number') return kind.type === 'size' ? showSize(value) : String(value)
  if (typeof value === 'string') return showText(value)
  return value.length === 0
    ? '""'
    : value.map(each => (typeof each === 'string' ? showText(each) : '***')).join(' ')
}

/** A value as it may stand in a log: secrets that are set are masked, and the parts of a URL that may hold one. */
export function showSafely(row: Row, value: ConfigValue | undefined): string {
  if ('secret' in row && row.secret && !isEmpty(value)) return '***'
  if (row.kind.type !== 'url' || typeof value !== 'string' || !URL.canParse(value))
    return showValue(row.kind, value)
  const { protocol, host, pathname, username, password, search } = new URL(value)
  const login = username === '' && password === '' ? '' : '***@'
  return `${protocol}//${login}${host}${pathname}${search === '' ? '' : '?***'}`
}

const isEmpty = (value: ConfigValue | undefined) =>
  value === undefined || ((typeof value === 'string' || typeof value === 'object') && value.length === 0)

function showSize(bytes: number): string {
  if (bytes % M === 0) return `${bytes / M}m`
  return bytes % K === 0 ? `${bytes / K}k` : String(bytes)
}

function showText(value: string): string {
  if (/^[^\s;{}#"'\\]+$/.test(value)) return value
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
