export type RuleKind = 'bitrate_below' | 'rtt_above' | 'loss_above' | 'offline' | 'stalled'

/** A row of GET /api/alert-rules. */
export interface Rule {
  id: number
  name: string
  kind: RuleKind
  /** Null: every stream. */
  player: string | null
  threshold: number
  clear_threshold: number
  for_s: number
  clear_for_s: number
  active: boolean
  created: string
}

/** A row of GET /api/alerts. */
export interface Alert {
  id: number
  rule_id: number
  name: string
  kind: RuleKind
  player: string
  raised: string
  cleared: string | null
  value: number | null
}

/** A row of GET /api/annotations. */
export interface Annotation {
  id: number
  /** Null: of no stream in particular. */
  player: string | null
  at: string
  until: string | null
  text: string
  author: string
}
