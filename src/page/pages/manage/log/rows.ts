/** A row of GET /api/access-logs. */
export interface AccessRow {
  id: number
  at: string | null
  key_id: number | null
  key_name: string | null
  method: string
  path: string
  address: string
  status: number | null
  request_id: string | null
  would_deny: string | null
}

/** A row of GET /api/audit-logs. */
export interface AuditRow {
  id: number
  at: string | null
  key_id: number | null
  key_name: string | null
  address: string
  action: string
  subject: string
  details: Readonly<Record<string, unknown>>
}

/** A row of GET /api/events as JSON. */
export interface EventRow {
  id: number
  type: string
  at: string
  player: string | null
  players: readonly string[]
  session_id: number | null
  data: Readonly<Record<string, unknown>>
}
