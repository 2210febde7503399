import { covers, type Scope } from '../../access/scope.ts'
import type { ConnectionStats, Role } from '../../engine/contract.ts'
import type { StreamIds } from '../deps.ts'

type Pairs = Pick<StreamIds, 'playersOf' | 'hasPlayer'>

/** A publisher may be known to a key that covers every player of it: the others depend on it too. */
export function mayKnowPublisher(pairs: Pairs, scope: Scope | null, streamKey: string): boolean {
  if (scope === null) return true
  const players = pairs.playersOf(streamKey)
  return players.length > 0 && players.every(player => covers(scope, player))
}

/** A player's session is judged by its own stream ID, a publisher's by all its players. */
export function mayKnowSession(
  pairs: Pairs,
  scope: Scope | null,
  { role, streamId, streamKey }: Pick<ConnectionStats, 'role' | 'streamId' | 'streamKey'>,
): boolean {
  return role === 'play' ? covers(scope, streamId) : mayKnowPublisher(pairs, scope, streamKey)
}

/** An attempt with a stream ID that nobody knows belongs to a key only if it could have been one of its players. */
export function mayKnowAttempt(pairs: Pairs, scope: Scope | null, streamId: string, role: Role): boolean {
  if (scope === null) return true
  if (role === 'play' && pairs.hasPlayer(streamId) !== undefined) return covers(scope, streamId)
  if (pairs.playersOf(streamId).length > 0) return mayKnowPublisher(pairs, scope, streamId)
  return role === 'play' && covers(scope, streamId)
}
