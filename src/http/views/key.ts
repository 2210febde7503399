import type { ListedKey } from '../../access/key-ring.ts'
import type { Scope } from '../../access/scope.ts'
import type { Key } from '../schemas/keys.ts'
import { isoOfMs, isoOfStored } from './times.ts'

/** As the API shows a scope. */
export function scopeView(scope: Scope | null): Key['scope'] {
  if (scope === null) return null
  return 'prefix' in scope ? { prefix: scope.prefix } : { players: [...scope.players] }
}

export function keyView(key: ListedKey): Key {
  return {
    id: key.id,
    name: key.name,
    permissions: key.permissions,
    source: key.source,
    prefix: key.prefix,
    active: key.active,
    scope: scopeView(key.scope),
    rate_limit: key.rateLimitPerMinute,
    created_at: isoOfStored(key.createdAt),
    last_used: isoOfStored(key.lastUsed),
    expires_at: key.expiresAtMs === null ? null : isoOfMs(key.expiresAtMs),
  }
}
