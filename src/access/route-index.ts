import type { Role, Route } from '../engine/contract.ts'

/** A route table that can be asked. */
export class RouteIndex {
  readonly routes: readonly Route[]
  readonly #byId: Readonly<Record<Role, Map<string, Route>>> = { publish: new Map(), play: new Map() }
  readonly #players = new Map<string, string[]>()

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) {
      this.#byId[route.role].set(route.streamId, route)
      if (route.role === 'play') this.#addPlayer(route)
    }
  }

  #addPlayer({ streamId, streamKey }: Route): void {
    const players = this.#players.get(streamKey)
    if (players === undefined) this.#players.set(streamKey, [streamId])
    else players.push(streamId)
  }

  /** What this ID may publish or play. */
  find(role: Role, streamId: string): Route | undefined {
    return this.#byId[role].get(streamId)
  }

  /** In the order of the routes. */
  playersOf(streamKey: string): readonly string[] {
    return this.#players.get(streamKey) ?? []
  }

  /** Order doesn't matter. */
  equals(other: RouteIndex): boolean {
    return (
      this.routes.length === other.routes.length &&
      this.routes.every(route => isSame(route, other.find(route.role, route.streamId)))
    )
  }
}

function isSame(a: Route, b: Route | undefined): boolean {
  if (b === undefined || a.streamKey !== b.streamKey) return false
  if (a.rules === undefined || b.rules === undefined) return a.rules === b.rules
  const { networks: ours, ...rulesA } = a.rules
  const { networks: theirs, ...rulesB } = b.rules
  if (ours.length !== theirs.length || ours.some((network, i) => network !== theirs[i])) return false
  return (
    rulesA.passphrase === rulesB.passphrase &&
    rulesA.maxPlayers === rulesB.maxPlayers &&
    rulesA.maxRateKbps === rulesB.maxRateKbps &&
    rulesA.rateGraceMs === rulesB.rateGraceMs &&
    rulesA.tokenSubject === rulesB.tokenSubject &&
    rulesA.isTokenRequired === rulesB.isTokenRequired &&
    rulesA.tokensNotBeforeS === rulesB.tokensNotBeforeS
  )
}
