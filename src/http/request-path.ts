import type { FastifyRequest } from 'fastify'

const ORIGIN = /^https?:\/\/[^/?#]*/i

/** The path without origin and query, as it came. */
export const rawPath = (url: string): string => url.replace(ORIGIN, '').replace(/[?#].*$/s, '')

/** As it came if it can't be decoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The decoded path without the query; as it came if it can't be decoded. */
export const decodedPath = (url: string): string => decoded(rawPath(url))

/** The fixed word behind the `*` of a path; undefined: there is none. */
export function wordBehindWildcard(path: string): string | undefined {
  return /\/\*\/([^/*]+)$/.exec(path)?.[1]
}

/** What a route's `*` or `:id` stands for; a `*` may hold slashes. */
export function parameterOf(request: FastifyRequest): string {
  // What Fastify's router fills.
  const params = request.params as Record<string, string | undefined> | null
  const value = params?.['*'] ?? params?.['id'] ?? ''
  const word = wordBehindWildcard(request.routeOptions.config.spec?.path ?? '')
  return word === undefined ? value : value.slice(0, Math.max(0, value.lastIndexOf('/')))
}

/** The first value of a query parameter; undefined: it isn't there. */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  const query: unknown = request.query
  if (query === null || typeof query !== 'object') return undefined
  const entry = Object.entries(query).find(([key]) => key === name)
  if (entry === undefined) return undefined
  return String(Array.isArray(entry[1]) ? entry[1][0] : entry[1])
}
