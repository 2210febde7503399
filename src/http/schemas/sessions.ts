import Type from 'typebox'
import { Amount, Count, orNull, PAGE, strictObject, Time } from './common.ts'

const NOT_SHOWN = 'Empty: other players than those of the asking key depend on it too.'

const ROLES = ['publisher', 'player'] as const

const COUNTERS = strictObject(
  {
    bytes: Type.Integer({ minimum: 0, description: 'Payload.' }),
    packets: Count,
    wire_bytes: Type.Integer({ minimum: 0, description: 'With SRT, UDP and IP headers.' }),
    packets_lost: Count,
    bytes_lost: Count,
    packets_dropped: Count,
    bytes_dropped: Count,
    packets_retransmitted: Count,
    packets_belated: Type.Integer({ minimum: 0, description: 'Publishers: came after their time.' }),
    packets_duplicate: Type.Integer({ minimum: 0, description: 'Publishers: came more than once.' }),
    packets_undecrypted: Type.Integer({ minimum: 0, description: 'Publishers: could not be decrypted.' }),
    ring_overruns: Type.Integer({ minimum: 0, description: 'Players: times they fell behind and skipped.' }),
  },
  { description: 'Totals since the connect: received from a publisher, sent to a player.' },
)

export type Session = Type.Static<typeof Session>
export const Session = strictObject({
  id: Type.Integer({ minimum: 1 }),
  role: Type.Enum([...ROLES]),
  stream_id: Type.String({ description: 'Its own.' }),
  publisher: Type.String({ description: NOT_SHOWN }),
  player: orNull(Type.String(), "Null: it is a publisher's session."),
  address: Type.String(),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  listener: Type.String(),
  since: Time,
  uptime: Type.Integer({ minimum: 0, description: 'Seconds.' }),
  latency_ms: Type.Integer({ minimum: 0, description: 'As negotiated.' }),
  srt_version: Type.String(),
  encryption: Type.Enum(['none', 'AES-128', 'AES-192', 'AES-256', 'unknown length']),
  token_id: orNull(Type.String(), 'The play token it was admitted with.'),
  bitrate_kbps: Type.Integer({ minimum: 0, description: 'Payload over the last second.' }),
  rtt_ms: Amount,
  loss_percent: Type.Number({ minimum: 0, maximum: 100, description: 'Since the connect.' }),
  buffer_ms: Count,
  bandwidth_mbps: Type.Number({ minimum: 0, description: "SRT's estimate of the link." }),
  backlog_bytes: Type.Integer({ minimum: 0, description: 'Players: what still waits to be sent.' }),
  counters: COUNTERS,
})

export const SessionsQuery = strictObject({
  role: Type.Optional(Type.Enum([...ROLES])),
  player: Type.Optional(Type.String({ description: 'Sessions with this player stream ID.' })),
  publisher: Type.Optional(
    Type.String({ description: 'Sessions of the stream with this publisher stream ID.' }),
  ),
  ...PAGE,
})
