import type { Role, Route, RouteName } from '../engine/contract.ts'

/** What makes one table another. */
export interface RouteChange {
  readonly gone: readonly RouteName[]
  readonly put: readonly Route[]
}

/** A route table that can be asked and changed. */
export class RouteIndex {
  readonly #byId: Readonly<Record<Role, Map<string, Route>>> = { publish: new Map(), play: new Map() }
  readonly #players = new Map<string, string[]>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#put(route)
  }

  /** How many players there are. */
  get playerCount(): number {
    return this.#byId.play.size
  }

  /** What this ID may publish or play. */
  find(role: Role, streamId: string): Route | undefined {
    return this.#byId[role].get(streamId)
  }

  /** In the order of the routes. */
  playersOf(streamKey: string): readonly string[] {
    return this.#players.get(streamKey) ?? []
  }

  /** `routes` are all that the publishers and their players have from now on; returns what is different. */
  replaceOf(publishers: readonly string[], routes: readonly Route[]): RouteChange {
    const before = [...new Set(publishers)].flatMap(publisher => this.#routesOf(publisher))
    for (const route of before) this.#remove(route)
    for (const route of routes) this.#put(route)
    const old = new Map(before.map(route => [nameOf(route), route]))
    return {
      gone: before.filter(({ role, streamId }) => this.find(role, streamId) === undefined).map(toName),
      put: routes.filter(route => !isSame(route, old.get(nameOf(route)))),
    }
  }

  /** Order doesn't matter. */
  equals(other: RouteIndex): boolean {
    return (['publish', 'play'] as const).every(role => {
      const [ours, theirs] = [this.#byId[role], other.#byId[role]]
      return (
        ours.size === theirs.size &&
        [...ours.values()].every(route => isSame(route, theirs.get(route.streamId)))
      )
    })
  }

  #routesOf(publisher: string): Route[] {
    const publish = this.find('publish', publisher)
    const players = this.playersOf(publisher).flatMap(player => {
      const route = this.find('play', player)
      return route === undefined ? [] : [route]
    })
    return publish === undefined ? players : [publish, ...players]
  }

  #put(route: Route): void {
    const { role, streamId, streamKey } = route
    const before = this.#byId[role].get(streamId)
    this.#byId[role].set(streamId, route)
    if (role === 'publish') return
    // Another process may have given it to another publisher.
    if (before !== undefined && before.streamKey !== streamKey) this.#leave(before)
    const players = this.#players.get(streamKey)
    if (players === undefined) this.#players.set(streamKey, [streamId])
    else players.push(streamId)
  }

  #leave({ streamId, streamKey }: Route): void {
    const others = this.playersOf(streamKey).filter(player => player !== streamId)
    if (others.length === 0) this.#players.delete(streamKey)
    else this.#players.set(streamKey, others)
  }

  #remove({ role, streamId, streamKey }: Route): void {
    this.#byId[role].delete(streamId)
    // All players of a publisher are removed at once.
    if (role === 'play') this.#players.delete(streamKey)
  }
}

const nameOf = ({ role, streamId }: RouteName) => `${role} ${streamId}`
const toName = ({ role, streamId }: Route): RouteName => ({ role, streamId })

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
