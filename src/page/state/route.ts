import { signal } from '@preact/signals'

export interface Route {
  /** First segment of the hash; '' = none. */
  page: string
  /** The other segments, decoded. */
  rest: readonly string[]
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** `#/stream/a%2Fb` → page 'stream', rest ['a/b']. */
export function routeOf(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(decoded)
  return { page, rest }
}

/** The address of a page, to be used as href. */
export const hrefOf = (page: string, ...rest: readonly string[]) =>
  `#/${[page, ...rest].map(encodeURIComponent).join('/')}`

export const route = signal<Route>(routeOf(location.hash))

window.addEventListener('hashchange', () => {
  route.value = routeOf(location.hash)
})

export function go(page: string, ...rest: readonly string[]): void {
  location.hash = hrefOf(page, ...rest)
}
