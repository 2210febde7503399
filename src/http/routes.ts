import type { RouteSpec } from './route-spec.ts'
import { health } from './routes/health.ts'
import { createKey } from './routes/keys.ts'
import { stats } from './routes/stats.ts'
import { addStreamId, listStreamIds, removeStreamId } from './routes/stream-ids.ts'
import { ApiKeyBody, StatsQuery, StreamIdBody } from './schemas.ts'

/** THE route table: what isn't here doesn't exist. OPTIONS is answered on every path. */
export const ROUTES: readonly RouteSpec[] = [
  {
    method: 'GET',
    path: '/health',
    access: 'public',
    limit: 'none',
    summary: 'Whether the server runs, or is on its way down.',
    handler: health,
  },
  {
    method: 'GET',
    path: '/api/stream-ids',
    access: 'read',
    limit: 'api',
    summary: 'All pairs of publisher and player stream IDs.',
    handler: listStreamIds,
  },
  {
    method: 'POST',
    path: '/api/stream-ids',
    access: 'write',
    limit: 'api',
    summary: 'Adds a pair; it works at once.',
    body: StreamIdBody,
    handler: addStreamId,
  },
  {
    method: 'DELETE',
    path: '/api/stream-ids/*',
    access: 'admin',
    limit: 'api',
    summary: "Removes the pair of a player's stream ID and ends the sessions that lose their right.",
    handler: removeStreamId,
  },
  {
    method: 'GET',
    path: '/stats/*',
    access: 'public',
    limit: 'stats',
    summary: "Statistics of the publisher behind a player's stream ID.",
    query: StatsQuery,
    handler: stats,
  },
  {
    method: 'POST',
    path: '/api/keys',
    access: 'admin',
    limit: 'config',
    summary: 'Makes an API key.',
    body: ApiKeyBody,
    handler: createKey,
  },
]

/** Paths of other methods that clients know as 404; everything else on a known path is 405. */
const KNOWN_AS_UNKNOWN: readonly string[] = ['GET /api/keys', 'HEAD /api/keys', 'DELETE /api/stream-ids']

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path
  const prefix = pattern.slice(0, -1)
  return path.startsWith(prefix) && path.length > prefix.length
}

/** The methods a path knows, for `Allow`; empty: the path is to be called unknown for this method. */
export function allowedMethods(method: string, path: string): string[] {
  if (KNOWN_AS_UNKNOWN.includes(`${method} ${path}`)) return []
  const methods = ROUTES.filter(route => matches(route.path, path)).map(route => route.method)
  if (methods.length === 0) return []
  const withHead = methods.flatMap(name => (name === 'GET' ? [name, 'HEAD'] : [name]))
  // A path that isn't what it decodes to, such as /api%2Fkeys.
  return withHead.includes(method) ? [] : [...withHead, 'OPTIONS']
}
