import { createHash, randomInt } from 'node:crypto'

/** From the least to the most; each may do what those before it may. */
export const PERMISSIONS = ['read', 'write', 'admin'] as const
export type Permission = (typeof PERMISSIONS)[number]

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const KEY_LENGTH = 32

/** A new key: 32 characters of 0-9A-Za-z, 190 bits from the system's cryptographic source, without bias. */
export function makeKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
}

/** SHA-256 as lower-case hex. A random key needs neither salt nor a slow hash. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex')
}

/** Whether a key with one permission may do what asks for another. */
export function allows(have: Permission, need: Permission): boolean {
  return PERMISSIONS.indexOf(have) >= PERMISSIONS.indexOf(need)
}

export function isPermission(text: unknown): text is Permission {
  return PERMISSIONS.some(permission => permission === text)
}

/** What a stored text grants. The server we replace stored any text, and let it read. */
export function permissionOf(stored: string): Permission {
  return isPermission(stored) ? stored : 'read'
}
