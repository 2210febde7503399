export type Permission = 'read' | 'write' | 'admin'

export type KeyScope = { players: readonly string[] } | { prefix: string }

/** A row of GET /api/keys. */
export interface Key {
  id: number | string
  name: string
  permissions: Permission
  source: 'database' | 'configuration'
  prefix: string | null
  active: boolean
  scope: KeyScope | null
  rate_limit: number | null
  created_at: string | null
  last_used: string | null
  expires_at: string | null
}

/** The answer of POST /api/keys and of a rotation. */
export interface NewKey {
  api_key: string
  data: Key
}

export type KeyState = 'active' | 'expired' | 'revoked'

/** A key whose time is over opens nothing, though nobody has revoked it. */
export function stateOf(
  { active, expires_at: at }: Pick<Key, 'active' | 'expires_at'>,
  nowMs: number,
): KeyState {
  if (at !== null && Date.parse(at) <= nowMs) return 'expired'
  return active ? 'active' : 'revoked'
}

/** What the key is bound to, in words. */
export function scopeText(scope: KeyScope | null): string {
  if (scope === null) return 'everything'
  return 'prefix' in scope ? `${scope.prefix}…` : scope.players.join(', ')
}

/** The one that nobody can revoke: without it no key could be made any more. */
export function isLastAdmin(key: Key, keys: readonly Key[], nowMs: number): boolean {
  const isAdmin = (each: Key) =>
    each.permissions === 'admin' && each.scope === null && stateOf(each, nowMs) === 'active'
  return isAdmin(key) && keys.filter(isAdmin).length === 1
}
