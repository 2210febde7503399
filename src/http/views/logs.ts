import type { AccessLogEntry } from '../../store/access-log.ts'
import type { AuditEntry } from '../../store/audit-log.ts'
import type { AccessLogRow, AuditRow } from '../schemas/logs.ts'
import { isoOfStored } from './times.ts'

/** The server we replace wrote -1 where there was no key, no request's id, and not always a status. */
export function accessLogView(entry: AccessLogEntry): AccessLogRow {
  return {
    id: entry.id,
    at: isoOfStored(entry.at),
    key_id: entry.apiKeyId === null || entry.apiKeyId < 1 ? null : entry.apiKeyId,
    key_name: entry.apiKeyName,
    method: entry.method,
    path: entry.endpoint,
    address: entry.ipAddress,
    status: entry.responseCode === 0 ? null : entry.responseCode,
    request_id: entry.requestId === '' ? null : entry.requestId,
    would_deny: entry.wouldDeny,
  }
}

export function auditView(entry: AuditEntry): AuditRow {
  return {
    id: entry.id,
    at: isoOfStored(entry.at),
    key_id: entry.apiKeyId,
    key_name: entry.apiKeyName,
    address: entry.ipAddress,
    action: entry.action,
    subject: entry.subject,
    details: entry.details,
  }
}
