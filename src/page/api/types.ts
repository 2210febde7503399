/** What the API answers, as API.md has it. */

export interface StreamId {
  id: number
  /** '' = the key may not know it. */
  publisher: string
  player: string
  description: string | null
  max_players: number
  play_networks: string[]
  tokens_only: boolean
  max_bitrate_kbps: number
  bitrate_grace_s: number
  publish_networks: string[]
  has_passphrase: boolean
  live: boolean
  players: number
  tokens_not_before: string | null
  created_at: string | null
  updated_at: string | null
  /** Servers without the status page don't have it. */
  public_name?: string
}

export interface Session {
  id: number
  role: 'publisher' | 'player'
  stream_id: string
  publisher: string
  player: string | null
  address: string
  port: number
  listener: string
  since: string
  uptime: number
  latency_ms: number
  srt_version: string
  encryption: string
  token_id: string | null
  bitrate_kbps: number
  rtt_ms: number
  loss_percent: number
  buffer_ms: number
  bandwidth_mbps: number
  backlog_bytes: number
  counters: {
    bytes: number
    packets: number
    packets_lost: number
    packets_dropped: number
    packets_retransmitted: number
    ring_overruns: number
  }
}

export interface PlayToken {
  token: string
  token_id: string
  stream_id: string
  expires_at: string
}

export type Period = '1h' | '24h' | '7d' | '30d'

export interface AnalyticsPoint {
  at: string
  bitrate_kbps: number
  bitrate_min_kbps: number
  bitrate_max_kbps: number
  rtt_ms: number
  rtt_max_ms: number
  loss_percent: number
  loss_max_percent: number
  buffer_ms: number
  players: number
  players_max: number
  live_s: number
}

export interface Annotation {
  id: number
  player: string | null
  at: string
  until: string | null
  text: string
  author: string
}

export interface Analytics {
  period: Period
  step_s: number
  from: string
  to: string
  player: string | null
  series: AnalyticsPoint[]
  totals: {
    publisher_sessions: number
    player_sessions: number
    watch_s: number
    live_s: number
    bytes_in: number
    bytes_out: number
  }
  annotations: Annotation[]
}

export interface PastSession {
  id: number
  role: 'publisher' | 'player'
  player: string | null
  players: string[]
  publisher: string
  address: string
  srt_version: string
  encryption: string
  latency_ms: number
  started: string
  ended: string | null
  duration_s: number
  reason: string | null
  bytes: number
}

export interface ServerEvent {
  id: number
  type: string
  at: string
  player: string | null
  players: string[]
  session_id: number | null
  data: Record<string, unknown>
}
