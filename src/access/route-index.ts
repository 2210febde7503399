import type { Role, Route } from '../engine/contract.ts'

/** A route table that can be asked. */
export class RouteIndex {
  readonly routes: readonly Route[]
  readonly #keys: Readonly<Record<Role, Map<string, string>>> = { publish: new Map(), play: new Map() }

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const { role, streamId, streamKey } of routes) this.#keys[role].set(streamId, streamKey)
  }

  /** The stream that this ID may publish or play. */
  streamKeyOf(role: Role, streamId: string): string | undefined {
    return this.#keys[role].get(streamId)
  }

  /** Order doesn't matter. */
  equals(other: RouteIndex): boolean {
    return (
      this.routes.length === other.routes.length &&
      this.routes.every(({ role, streamId, streamKey }) => other.streamKeyOf(role, streamId) === streamKey)
    )
  }
}
