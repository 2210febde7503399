import type { RouteSource } from '../access/gatekeeper.ts'
import type { StreamIds } from '../store/stream-ids.ts'

/** More rows than any publisher has. */
const ALL = 1_000_000_000

/** What the route table is made of. */
export function routeSource(store: StreamIds): RouteSource {
  return {
    all: () => store.all(),
    ofPublishers: ids => store.find({ publishers: { isIn: true, ids }, scope: null, limit: ALL }),
  }
}
