import type { ApiKeyIdentity } from '../../../access/key-ring.ts'
import type { AccessLogEntry, AccessLogFilter } from '../../../store/access-log.ts'
import type { AccessLog } from '../../deps.ts'

type Accesses = Pick<AccessLog, 'find'>

/** The requests of one key; one row more than `limit` tells that there is another page. */
export async function ownAccesses(
  accessLog: Accesses,
  { id, name }: Pick<ApiKeyIdentity, 'id' | 'name'>,
  filter: AccessLogFilter,
): Promise<readonly AccessLogEntry[]> {
  const { keyId, keyName } = filter
  if (keyId !== undefined && keyId !== id) return []
  if (id !== null) return accessLog.find({ ...filter, keyId: id })
  if (keyName !== undefined && keyName !== name) return []
  return withoutRow(accessLog, { ...filter, keyName: name })
}

/** A key of the configuration is known by its name; one of the database may have the same name, but has an id too. */
async function withoutRow(accessLog: Accesses, filter: AccessLogFilter): Promise<AccessLogEntry[]> {
  const own: AccessLogEntry[] = []
  let before = filter
  for (;;) {
    const rows = await accessLog.find(before)
    own.push(...rows.filter(({ apiKeyId }) => apiKeyId === null))
    const last = rows.at(-1)
    if (own.length > filter.limit || rows.length <= filter.limit || last === undefined) break
    before = { ...filter, beforeId: last.id }
  }
  return own.slice(0, filter.limit + 1)
}
