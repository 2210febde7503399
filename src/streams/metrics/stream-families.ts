import type { ConnectionStats } from '../../engine/contract.ts'
import { bitrateKbps } from '../stats.ts'
import type { Family } from './exposition.ts'
import type { Account } from './ledger.ts'
import type { Totals } from './totals.ts'

export interface StreamRow {
  totals: Totals
  /** Undefined: nobody publishes it. */
  publisher: ConnectionStats | undefined
  playerCount: number
  /** Wall clock, Unix milliseconds. */
  nowMs: number
}

/** During a takeover a stream has two publishers for a moment; the newcomer counts. */
export function streamRow({ totals, live }: Account, nowMs: number): StreamRow {
  let publisher: ConnectionStats | undefined
  let playerCount = 0
  for (const connection of live) {
    if (connection.role === 'play') playerCount += 1
    else if (publisher === undefined || publisher.connectionId < connection.connectionId)
      publisher = connection
  }
  return { totals, publisher, playerCount, nowMs }
}

const BYTES_PER_KBIT = 125

const gauge = (
  name: string,
  help: string,
  value: (publisher: ConnectionStats, nowMs: number) => number,
): Family<StreamRow> => ({
  name: `sls_stream_${name}`,
  help,
  type: 'gauge',
  value: ({ publisher, nowMs }) => (publisher === undefined ? undefined : value(publisher, nowMs)),
})

const counter = (name: string, help: string, key: keyof Totals): Family<StreamRow> => ({
  name: `sls_stream_${name}_total`,
  help,
  type: 'counter',
  value: ({ totals }) => totals[key],
})

/** Of every stream that has been live since the start; what only a live one has is left out of the others. */
export const STREAM_FAMILIES: readonly Family<StreamRow>[] = [
  {
    name: 'sls_stream_up',
    help: '1 while the stream has a publisher, else 0.',
    type: 'gauge',
    value: ({ publisher }) => (publisher === undefined ? 0 : 1),
  },
  {
    name: 'sls_stream_players',
    help: 'Players connected to the stream.',
    type: 'gauge',
    value: ({ playerCount }) => playerCount,
  },
  {
    name: 'sls_stream_rate_bytes_per_second',
    help: 'Payload received from the publisher over the last second; 0 in silence and without a publisher.',
    type: 'gauge',
    value: ({ publisher, nowMs }) =>
      publisher === undefined ? 0 : bitrateKbps({ sample: publisher, nowMs }) * BYTES_PER_KBIT,
  },
  gauge('rtt_seconds', 'Round-trip time to the publisher.', ({ rttMs }) => rttMs / 1000),
  gauge('latency_seconds', 'SRT latency negotiated with the publisher.', ({ latencyMs }) => latencyMs / 1000),
  gauge('buffer_seconds', 'Received from the publisher and not yet delivered.', ({ bufferMs }) =>
    Math.max(0, bufferMs / 1000),
  ),
  gauge('uptime_seconds', 'Time since the publisher connected.', ({ connectedAtMs }, nowMs) =>
    Math.max(0, (nowMs - connectedAtMs) / 1000),
  ),
  gauge(
    'bandwidth_bytes_per_second',
    'What the link from the publisher could carry, as libsrt estimates it.',
    ({ bandwidthMbps }) => bandwidthMbps * 1000 * BYTES_PER_KBIT,
  ),
  counter('received_bytes', 'Payload received from publishers.', 'bytes'),
  counter('received_packets', 'Distinct packets received from publishers.', 'packets'),
  counter('lost_packets', 'Packets that did not come in the first place; most come again.', 'packetsLost'),
  counter('dropped_packets', 'Packets that were given up: players miss them.', 'packetsDropped'),
  counter('retransmitted_packets', 'Packets that came again after a loss.', 'packetsRetransmitted'),
  counter('belated_packets', 'Packets that came after their time.', 'packetsBelated'),
  counter('undecrypted_packets', 'Packets that could not be decrypted.', 'packetsUndecrypted'),
]
