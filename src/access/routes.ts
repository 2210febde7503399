import type { Route } from '../engine/contract.ts'
import { streamIdProblem } from './stream-id-rules.ts'

export interface StreamIdPair {
  id: number
  publisher: string
  player: string
}

export interface RoutesAndWarnings {
  routes: Route[]
  /** One sentence for each ID that no peer can send and that got no route; without the ID, it may be a secret. */
  warnings: string[]
}

/** Who may connect as what: one route a publisher, one a player. The stream is the publisher's stream ID. */
export function routesOf(pairs: readonly StreamIdPair[]): RoutesAndWarnings {
  const publishers = new Set<string>()
  const players: Route[] = []
  const warnings: string[] = []
  for (const { id, publisher, player } of pairs) {
    const publisherProblem = streamIdProblem(publisher)
    const playerProblem = streamIdProblem(player)
    if (publisherProblem !== undefined)
      warnings.push(`stream_ids row ${id}: its publisher ${publisherProblem}`)
    if (playerProblem !== undefined) warnings.push(`stream_ids row ${id}: its player ${playerProblem}`)
    if (publisherProblem !== undefined) continue
    publishers.add(publisher)
    if (playerProblem === undefined) players.push({ role: 'play', streamId: player, streamKey: publisher })
  }
  const publishing = [...publishers].map(id => ({ role: 'publish', streamId: id, streamKey: id }) as const)
  return { routes: [...publishing, ...players], warnings }
}
