import type { FastifyRequest } from 'fastify'

const ORIGIN = /^https?:\/\/[^/?#]*/i

/** The decoded path without the query; as it came if it can't be decoded. */
export function decodedPath(url: string): string {
  const path = url.replace(ORIGIN, '').replace(/[?#].*$/s, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What a route's `*` stands for: an ID that may hold slashes. */
export function wildcardOf(request: FastifyRequest): string {
  const { params } = request
  if (params === null || typeof params !== 'object' || !('*' in params)) return ''
  return String(params['*'])
}

/** The first value of a query parameter; undefined: it isn't there. */
export function queryValue(request: FastifyRequest, name: string): string | undefined {
  const query: unknown = request.query
  if (query === null || typeof query !== 'object') return undefined
  const entry = Object.entries(query).find(([key]) => key === name)
  if (entry === undefined) return undefined
  return String(Array.isArray(entry[1]) ? entry[1][0] : entry[1])
}
