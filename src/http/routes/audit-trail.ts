import type { FastifyRequest } from 'fastify'
import type { EventTypeName } from '../../events/catalogue.ts'
import type { HttpDeps } from '../deps.ts'

/** What was done; no secrets. */
export interface Deed {
  /** E.g. 'key.revoked'. */
  action: string
  subject: string
  details?: Readonly<Record<string, unknown>>
  /** What is told of it beside the audit log. */
  event?: DeedEvent
}

interface DeedEvent {
  type: EventTypeName
  /** The player stream ID that it is about; undefined: none. */
  player?: string
  /** Beside `by`; no secrets. */
  data?: Readonly<Record<string, unknown>>
}

type Trail = Pick<HttpDeps, 'audit' | 'log' | 'events' | 'streamIds' | 'clock'>

/** Somebody without a key, where none is asked for. */
const NOBODY = 'nobody'

/** The players of the stream of a player, and itself where it is gone. */
function playersBeside({ streamIds }: Pick<HttpDeps, 'streamIds'>, player: string): readonly string[] {
  const streamKey = streamIds.hasPlayer(player)
  const players = streamKey === undefined ? [] : streamIds.playersOf(streamKey)
  return players.includes(player) ? players : [player]
}

function tell(deps: Trail, request: FastifyRequest, { type, player, data = {} }: DeedEvent): void {
  deps.events.emit({
    atMs: deps.clock.nowMs(),
    type,
    player: player ?? null,
    players: player === undefined ? [] : playersBeside(deps, player),
    sessionId: null,
    data: { by: request.apiKey?.name ?? NOBODY, ...data },
  })
}

/** Writes down what has been done, and tells of it. It stays done if that fails: the log of the program has it then. */
export async function writeDown(
  deps: Trail,
  request: FastifyRequest,
  { action, subject, details = {}, event }: Deed,
): Promise<void> {
  const { audit, log } = deps
  if (event !== undefined) tell(deps, request, event)
  const { apiKey, clientAddress } = request
  const who = {
    apiKeyId: apiKey?.id ?? null,
    apiKeyName: apiKey?.name ?? null,
    ipAddress: clientAddress,
  }
  try {
    await audit.add({ ...who, action, subject, details })
  } catch (error) {
    log.error({ err: error, reqId: request.id, ...who, action }, 'done, but missing in the audit log')
  }
}
