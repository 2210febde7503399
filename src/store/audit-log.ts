import type { Queries } from './queries.ts'
import { timestampOf } from './timestamp.ts'

const DAY_MS = 86_400_000

/** A deed that changed something, and who did it. */
export interface AuditRecord {
  /** Null: a key of the configuration, or no key. */
  apiKeyId: number | null
  apiKeyName: string | null
  ipAddress: string
  /** E.g. 'key.revoked'. */
  action: string
  /** What it was done to; never a secret. */
  subject: string
  /** Names and values as they may be shown; kept as JSON. */
  details: Readonly<Record<string, unknown>>
}

export interface AuditEntry extends AuditRecord {
  id: number
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  at: string | null
}

export interface AuditFilter {
  action?: string
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** The table audit_logs. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface AuditLog {
  /** In the file when it resolves. */
  add(record: AuditRecord): Promise<void>
  /** Newest first; one row more than `limit` tells that there is another page. */
  find(filter: AuditFilter): Promise<AuditEntry[]>
  /** Deletes records older than this; 0 keeps all. Resolves to their number. */
  prune(retentionDays: number, nowMs: number): Promise<number>
}

export function auditLog(queries: Queries): AuditLog {
  return {
    async add({ apiKeyId, apiKeyName, ipAddress, action, subject, details }) {
      const row = { api_key_id: apiKeyId, api_key_name: apiKeyName, ip_address: ipAddress, action, subject }
      await queries.run(db =>
        db
          .insertInto('audit_logs')
          .values({ ...row, details: JSON.stringify(details) })
          .execute(),
      )
    },

    find: ({ action, beforeId, limit }) =>
      queries.run(async db => {
        let query = db.selectFrom('audit_logs').selectAll().orderBy('id', 'desc')
        if (action !== undefined) query = query.where('action', '=', action)
        if (beforeId !== undefined) query = query.where('id', '<', beforeId)
        const rows = await query.limit(limit + 1).execute()
        return rows.map(row => ({
          id: row.id,
          at: row.timestamp,
          apiKeyId: row.api_key_id,
          apiKeyName: row.api_key_name,
          ipAddress: row.ip_address,
          action: row.action,
          subject: row.subject,
          details: detailsOf(row.details),
        }))
      }),

    async prune(retentionDays, nowMs) {
      if (retentionDays <= 0) return 0
      const before = timestampOf(nowMs - retentionDays * DAY_MS)
      const { numDeletedRows } = await queries.runBriefly(db =>
        db.deleteFrom('audit_logs').where('timestamp', '<', before).executeTakeFirstOrThrow(),
      )
      return Number(numDeletedRows)
    },
  }
}

/** A row written by hand must not make the whole page unreadable. */
function detailsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const details: unknown = JSON.parse(text)
    const isObject = typeof details === 'object' && details !== null && !Array.isArray(details)
    return isObject ? { ...details } : { text }
  } catch {
    return { text }
  }
}
