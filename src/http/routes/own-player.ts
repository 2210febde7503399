import { covers, type Scope } from '../../access/scope.ts'
import { AppError } from '../../lib/errors.ts'
import type { StreamIds } from '../deps.ts'
import { unknownStreamId } from './stream-ids/unknown.ts'

/** Whether a key may see what is about this player; null: about all streams. */
export const mayKnowAbout = (scope: Scope | null, player: string | null) =>
  scope === null || (player !== null && covers(scope, player))

/** Throws SCOPE_DENIED, and STREAM_ID_UNKNOWN for a player that is the key's to know and isn't there. */
export function requireOwnPlayer(
  streamIds: Pick<StreamIds, 'hasPlayer'>,
  scope: Scope | null,
  player: string | null,
): void {
  if (!mayKnowAbout(scope, player)) {
    const what = 'This key is bound to some players: player must be one of them'
    throw new AppError('SCOPE_DENIED', what)
  }
  if (player !== null && streamIds.hasPlayer(player) === undefined) throw unknownStreamId()
}
