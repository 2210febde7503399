import type { ConnectionStats } from '../../engine/contract.ts'
import type { Family } from './exposition.ts'
import type { Account } from './ledger.ts'
import type { Totals } from './totals.ts'

export interface PlayerRow extends Pick<Account, 'totals' | 'live'> {
  /** `max_players`; 0 = no limit. */
  maxPlayers: number
}

const sum = (live: readonly ConnectionStats[], value: (connection: ConnectionStats) => number) =>
  live.reduce((total, connection) => total + value(connection), 0)

const counter = (name: string, help: string, key: keyof Totals): Family<PlayerRow> => ({
  name: `sls_player_${name}_total`,
  help,
  type: 'counter',
  value: ({ totals }) => totals[key],
})

/** Of every player stream ID that has been used since the start: sums over all sessions with this ID. */
export const PLAYER_FAMILIES: readonly Family<PlayerRow>[] = [
  {
    name: 'sls_player_sessions',
    help: 'Players connected with this player stream ID.',
    type: 'gauge',
    value: ({ live }) => live.length,
  },
  {
    name: 'sls_player_sessions_limit',
    help: 'How many may be (max_players); left out where there is no limit.',
    type: 'gauge',
    value: ({ maxPlayers }) => (maxPlayers > 0 ? maxPlayers : undefined),
  },
  {
    name: 'sls_player_backlog_bytes',
    help: 'Waiting for players that are behind.',
    type: 'gauge',
    value: ({ live }) => sum(live, ({ ringBacklogBytes }) => ringBacklogBytes),
  },
  counter('sent_bytes', 'Payload sent to players.', 'bytes'),
  counter('sent_packets', 'Packets sent to players, without retransmissions.', 'packets'),
  counter('lost_packets', 'Packets that players reported as lost.', 'packetsLost'),
  counter('dropped_packets', 'Packets that were given up: the player misses them.', 'packetsDropped'),
  counter('retransmitted_packets', 'Packets sent again after a loss.', 'packetsRetransmitted'),
  counter(
    'ring_overruns',
    'Times a player fell so far behind that it missed a part of the stream.',
    'ringOverruns',
  ),
]
