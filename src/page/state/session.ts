import { computed, signal } from '@preact/signals'

export type Permission = 'read' | 'write' | 'admin'

export interface KeyScope {
  players?: readonly string[]
  prefix?: string
}

/** Whose key it is, as far as the API tells. */
export interface Identity {
  permission: Permission
  /** Bound to some players. */
  isScoped: boolean
  /** Null: the server asks for no key. */
  name: string | null
}

const STORED = 'sls-key'

/** '' = nobody is signed in. */
export const key = signal('')
export const identity = signal<Identity | null>(null)
/** Why the sign-in is shown; '' = it was not asked for by an error. */
export const signInMessage = signal('')

const LADDER: readonly Permission[] = ['read', 'write', 'admin']

/** Whether a key may what takes `needed`. */
export const allows = (own: Permission, needed: Permission) => LADDER.indexOf(own) >= LADDER.indexOf(needed)

export const mayWrite = computed(() => identity.value !== null && allows(identity.value.permission, 'write'))
export const isAdmin = computed(() => identity.value !== null && allows(identity.value.permission, 'admin'))

/** Pages that a browser does not allow to store anything still work: the key is in memory then. */
function stored(): Storage | null {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}

/** The key that was kept for this tab; '' = none. */
export const keptKey = () => stored()?.getItem(STORED) ?? ''

/** `isKept`: until the tab is closed; otherwise until the page is left or loaded anew. */
export function signedIn(newKey: string, who: Identity, isKept: boolean): void {
  if (isKept) stored()?.setItem(STORED, newKey)
  else stored()?.removeItem(STORED)
  key.value = newKey
  identity.value = who
  signInMessage.value = ''
}

/** The server has refused `refused`: the session ends, unless it goes on with another key already. */
export function noteRefusedKey(refused: string): void {
  if (refused === key.value) signOut('The server no longer accepts this key.')
}

export function signOut(message = ''): void {
  stored()?.removeItem(STORED)
  key.value = ''
  identity.value = null
  signInMessage.value = message
}
