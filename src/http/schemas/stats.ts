import Type from 'typebox'
import { Amount, Count, strictObject } from './common.ts'

export const StatsQuery = Type.Object({
  legacy: Type.Optional(Type.String({ description: 'The old format, if exactly 1.' })),
  reset: Type.Optional(Type.String({ description: 'Present: the counters of this reader begin anew.' })),
  client: Type.Optional(Type.String({ description: 'Tells readers apart that are alike in all the rest.' })),
})

const ModernStats = strictObject({
  bitrate: Type.Integer({ minimum: 0, description: 'kbit/s of payload over the last second.' }),
  buffer: Type.Integer({ minimum: 0, description: 'ms received and not yet delivered.' }),
  dropped_pkts: Type.Integer({ minimum: 0, description: 'Since the connect or the last reset.' }),
  latency: Type.Integer({ minimum: 0, description: 'ms, as negotiated.' }),
  rtt: Type.Number({ minimum: 0, description: 'ms.' }),
  uptime: Type.Integer({ minimum: 0, description: 'Seconds since the publisher connected.' }),
})

const LegacyStats = strictObject({
  bitrate: Count,
  bytesRcvDrop: Count,
  bytesRcvLoss: Count,
  bytes_rcv_drop: Count,
  bytes_rcv_loss: Count,
  dropped_pkts: Count,
  latency: Count,
  mbpsBandwidth: Amount,
  mbpsRecvRate: Amount,
  mbps_bandwidth: Amount,
  mbps_recv_rate: Amount,
  msRcvBuf: Count,
  ms_rcv_buf: Count,
  pktRcvDrop: Count,
  pktRcvLoss: Count,
  pkt_rcv_drop: Count,
  pkt_rcv_loss: Count,
  rtt: Amount,
  uptime: Count,
})

const Ok = Type.Literal('ok')

/** Live or not, in either format. */
export const Stats = Type.Union([
  strictObject({ publisher: ModernStats, status: Ok }),
  strictObject({ publishers: strictObject({ live: LegacyStats }), status: Ok }),
  strictObject({ message: Type.String(), publishers: Type.Optional(strictObject({})), status: Ok }),
])
