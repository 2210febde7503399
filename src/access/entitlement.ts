import type { ConnectionIdentity } from '../engine/contract.ts'
import { splitPeer } from '../lib/peer-address.ts'
import type { NetworkCheck } from './networks.ts'
import type { RouteIndex } from './route-index.ts'

export type LiveConnection = Pick<
  ConnectionIdentity,
  'connectionId' | 'role' | 'streamId' | 'streamKey' | 'peer' | 'tokenId'
>

/** Why a live connection would not be let in any more by the table; undefined: it would. */
export function lostRight(
  connection: LiveConnection,
  index: RouteIndex,
  isWithin: NetworkCheck,
): string | undefined {
  const { role, streamId, streamKey, peer, tokenId } = connection
  const route = index.find(role, streamId)
  if (route === undefined || route.streamKey !== streamKey) return 'its stream ID was removed'
  const { rules } = route
  if (rules === undefined) return undefined
  if (rules.isTokenRequired && tokenId === '') return 'its stream ID needs a play token now'
  if (!isWithin(rules.networks, splitPeer(peer).ip)) return 'its address is outside the networks now'
  return undefined
}
