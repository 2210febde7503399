import type { FastifyRequest } from 'fastify'
import { coverage } from '../../../access/scope.ts'
import type { ReportQuery, Viewer } from '../../../analytics/reports.ts'
import type { HttpDeps } from '../../deps.ts'
import { mayKnowPublisher } from '../visibility.ts'

type Pairs = Pick<HttpDeps, 'streamIds'>

/** Streams by all their players, as everywhere; sessions of players by their own stream ID. */
export function viewerOf({ streamIds }: Pairs, { scope }: FastifyRequest): Viewer {
  const covers = coverage(scope)
  return {
    players: scope,
    mayKnowPlayer: covers,
    mayKnowStream: streamKey => mayKnowPublisher(streamIds, scope, streamKey),
  }
}

/** The player that a query asks for, if it asks for one. */
export function askedFor({ streamIds }: Pairs, player: string | undefined): Pick<ReportQuery, 'of'> {
  return player === undefined ? {} : { of: { player, streamKey: streamIds.hasPlayer(player) } }
}
