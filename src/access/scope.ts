/** What a key is bound to: it sees and changes the pairs of these player stream IDs only. */
export type Scope = { readonly players: readonly string[] } | { readonly prefix: string }

/** Whether a key with this scope may know the player stream ID; null: a key without a scope knows all. */
export function covers(scope: Scope | null, player: string): boolean {
  if (scope === null) return true
  return 'prefix' in scope ? player.startsWith(scope.prefix) : scope.players.includes(player)
}

/** As covers(), for many players: what there is to prepare is done once. */
export function coverage(scope: Scope | null): (player: string) => boolean {
  if (scope === null || 'prefix' in scope) return player => covers(scope, player)
  const players = new Set(scope.players)
  return player => players.has(player)
}

/** A scope as it is stored; null: none. Undefined: somebody else wrote the text, and it says nothing we know. */
export function parseScope(stored: string | null): Scope | null | undefined {
  if (stored === null) return null
  try {
    return scopeOf(JSON.parse(stored))
  } catch {
    return undefined
  }
}

function scopeOf(value: unknown): Scope | undefined {
  if (value === null || typeof value !== 'object' || Object.keys(value).length !== 1) return undefined
  if ('prefix' in value && typeof value.prefix === 'string' && value.prefix !== '') {
    return { prefix: value.prefix }
  }
  if (!('players' in value) || !Array.isArray(value.players)) return undefined
  const players: unknown[] = value.players
  return players.every(player => typeof player === 'string') ? { players } : undefined
}

/** A scope as it is stored. */
export const formatScope = (scope: Scope | null) => (scope === null ? null : JSON.stringify(scope))
