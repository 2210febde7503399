import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { AccessLogEntry } from './access-record.ts'
import type { Queries } from './queries.ts'
import type { AccessLogsTable, Schema } from './schema.ts'
import { timestampOf } from './timestamp.ts'

/** A few milliseconds' work, whatever is looked for. */
const IDS_PER_STATEMENT = 20_000
const LAST_MS = Date.parse('9999-12-31T23:59:59Z')

export interface AccessLogFilter {
  keyId?: number
  keyName?: string
  address?: string
  method?: string
  responseCode?: number
  /** The beginning of the path. */
  pathPrefix?: string
  /** True: only what was let through though it would be denied; false: only the rest. */
  wouldDeny?: boolean
  /** Unix milliseconds, from inclusive, to exclusive; the log keeps whole seconds, and one that is cut counts. */
  fromMs?: number
  toMs?: number
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** Newest first; one row more than `limit` tells that there is another page. Throws AppError. */
export async function findAccesses(queries: Queries, filter: AccessLogFilter): Promise<AccessLogEntry[]> {
  const wanted = filter.limit + 1
  const found: AccessLogEntry[] = []
  const range = await queries.run(rangeOfIds)
  let endId = Math.min(filter.beforeId ?? Number.POSITIVE_INFINITY, range.lastId + 1)
  // Bit by bit, since a rare row of a large log would stop everything else while it is looked for.
  while (found.length < wanted && endId > range.firstId) {
    const startId = endId - IDS_PER_STATEMENT
    const slice = { startId, endId, limit: wanted - found.length }
    const rows = await queries.run(db => selectAccesses(db, filter, slice).execute())
    found.push(...rows.map(entryOf))
    endId = startId
    if (found.length < wanted) await nextTurn()
  }
  return found
}

async function rangeOfIds(db: Kysely<Schema>): Promise<{ firstId: number; lastId: number }> {
  const { rows } = await sql<{ firstId: number | null; lastId: number | null }>`
    SELECT (SELECT min(id) FROM access_logs) AS firstId, (SELECT max(id) FROM access_logs) AS lastId`.execute(
    db,
  )
  return { firstId: rows[0]?.firstId ?? 0, lastId: rows[0]?.lastId ?? -1 }
}

interface Slice {
  /** Inclusive. */
  startId: number
  /** Exclusive. */
  endId: number
  limit: number
}

/** The rows of a slice that the filter lets through, newest first. */
export function selectAccesses(
  db: Kysely<Schema>,
  filter: AccessLogFilter,
  { startId, endId, limit }: Slice,
) {
  const { keyId, keyName, address, method, responseCode, pathPrefix, wouldDeny, fromMs, toMs } = filter
  let query = db
    .selectFrom('access_logs')
    .selectAll()
    .where('id', '>=', startId)
    .where('id', '<', endId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (keyId !== undefined) query = query.where('api_key_id', '=', keyId)
  if (keyName !== undefined) query = query.where('api_key_name', '=', keyName)
  if (address !== undefined) query = query.where('ip_address', '=', address)
  if (method !== undefined) query = query.where('method', '=', method)
  if (responseCode !== undefined) query = query.where('response_code', '=', responseCode)
  if (pathPrefix !== undefined)
    query = query.where(sql<SqlBool>`substr(endpoint, 1, length(${pathPrefix})) = ${pathPrefix}`)
  if (wouldDeny !== undefined) query = query.where('would_deny', wouldDeny ? 'is not' : 'is', null)
  // The plus keeps SQLite from going through the whole time by the index of the timestamps.
  if (fromMs !== undefined) query = query.where(sql<SqlBool>`+timestamp >= ${timestampAt(fromMs)}`)
  if (toMs !== undefined) query = query.where(sql<SqlBool>`+timestamp < ${timestampAt(toMs + 999)}`)
  return query
}

/** Within the years that such a text can hold. */
const timestampAt = (atMs: number) => timestampOf(Math.min(Math.max(atMs, 0), LAST_MS))

function entryOf(row: Selectable<AccessLogsTable>): AccessLogEntry {
  return {
    id: row.id,
    at: row.timestamp,
    apiKeyId: row.api_key_id,
    apiKeyName: row.api_key_name,
    endpoint: row.endpoint,
    method: row.method,
    ipAddress: row.ip_address,
    responseCode: row.response_code ?? 0,
    requestId: row.request_id ?? '',
    wouldDeny: row.would_deny,
  }
}
