import { decoded, rawPath } from './request-path.ts'

interface Known {
  method: string
  path: string
}

/** Paths of other methods that clients know as 404; everything else on a known path is 405. */
const KNOWN_AS_UNKNOWN: readonly string[] = ['DELETE /api/stream-ids']

/** Decoded one by one, as the router does it: an encoded slash is part of its segment. */
const segmentsOf = (url: string) => rawPath(url).split('/').map(decoded)

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const [expected, ...patternRest] = pattern
  const [segment, ...rest] = segments
  if (expected === undefined) return segments.length === 0
  // An ID of at least one character, slashes included, and perhaps one fixed word.
  if (expected === '*') {
    const id = segments.slice(0, segments.length - patternRest.length)
    return id.join('/') !== '' && patternRest.every((word, index) => word === segments[id.length + index])
  }
  const isMatch = expected.startsWith(':') ? segment !== undefined && segment !== '' : segment === expected
  return isMatch && matches(patternRest, rest)
}

/** The methods a path knows, for `Allow`; empty: the path is to be called unknown for this method. */
export function allowedMethods(routes: readonly Known[], method: string, url: string): string[] {
  const segments = segmentsOf(url)
  if (KNOWN_AS_UNKNOWN.includes(`${method} ${segments.join('/')}`)) return []
  const methods = routes
    .filter(route => matches(route.path.split('/'), segments))
    .flatMap(route => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))
  if (methods.length === 0 || methods.includes(method)) return []
  return [...new Set(methods), 'OPTIONS']
}
