import type { FastifyRequest } from 'fastify'
import { coverage, type Scope } from '../../../access/scope.ts'
import { EVENT_TYPES, isEventType } from '../../../events/catalogue.ts'
import type { StoredEvent } from '../../../events/hub.ts'
import type { HttpDeps } from '../../deps.ts'
import { rawKeyOf } from '../../plugins/identity.ts'

/** What a reader of events may know. */
export interface Reader {
  /** Also what is for admins alone. */
  isAdmin: boolean
  scope: Scope | null
}

const EVERYTHING: Reader = { isAdmin: true, scope: null }

/**
 * Whoever reads at this moment: a key can be revoked, expire or be bound anew while its request lasts. Undefined: nobody who
 * may.
 */
export function readerOf(
  { settings, keys }: Pick<HttpDeps, 'settings' | 'keys'>,
  request: FastifyRequest,
): Reader | undefined {
  const { authz } = settings()
  if (authz === 'off') return EVERYTHING
  const rawKey = rawKeyOf(request)
  const identity = rawKey === undefined ? undefined : keys.verify(rawKey)
  if (identity === undefined) return authz === 'log' ? EVERYTHING : undefined
  const { permissions, scope } = identity
  return { isAdmin: permissions === 'admin' && scope === null, scope }
}

/** A type that this version doesn't know was written by another one: nobody can tell who may see it. */
function isForAdmins(type: string): boolean {
  return !isEventType(type) || EVENT_TYPES[type].audience === 'admins'
}

/** The event as this reader may see it; undefined: not at all. */
export function shownTo({ isAdmin, scope }: Reader, event: StoredEvent): StoredEvent | undefined {
  if (isForAdmins(event.type) && !isAdmin) return undefined
  if (scope === null) return event
  const isCovered = coverage(scope)
  const { player, players, data } = event
  // An event about a whole stream, or about none, is for whoever may know all its players.
  const isOwn = player === null ? players.length > 0 && players.every(isCovered) : isCovered(player)
  if (!isOwn) return undefined
  const shown = { ...event, players: players.filter(isCovered) }
  // The name of a key is none of the business of a key that sees some players only.
  return Object.hasOwn(data, 'by') ? { ...shown, data: { ...data, by: null } } : shown
}
