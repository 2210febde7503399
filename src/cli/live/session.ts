import type { Fields } from '../remote/fields.ts'
import { harmless } from '../terminal/text.ts'

/** A row of GET /api/sessions, as far as a terminal shows it; its texts are harmless. */
export interface LiveSession {
  id: number
  role: 'publisher' | 'player'
  /** Its stream: the publisher's stream ID, a secret; empty where the key may not know it. */
  streamKey: string
  /** Null: it is a publisher. */
  player: string | null
  address: string
  srtVersion: string
  bitrateKbps: number
  rttMs: number
  lossPercent: number
  bufferMs: number
  latencyMs: number
  uptimeS: number
}

export function sessionOf(row: Fields): LiveSession {
  const player = row.textOrNull('player')
  return {
    id: row.number('id'),
    role: row.text('role') === 'publisher' ? 'publisher' : 'player',
    streamKey: row.text('publisher'),
    player: player === null ? null : harmless(player),
    address: harmless(row.text('address')),
    srtVersion: harmless(row.text('srt_version')),
    bitrateKbps: row.number('bitrate_kbps'),
    rttMs: row.number('rtt_ms'),
    lossPercent: row.number('loss_percent'),
    bufferMs: row.number('buffer_ms'),
    latencyMs: row.number('latency_ms'),
    uptimeS: row.number('uptime'),
  }
}
