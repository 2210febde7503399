import { randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const LEAST_BYTES = 24
const MOST_BYTES = 64
const MADE_BYTES = 32

/** As the Standard Webhooks specification writes it. */
export const newSecret = () => PREFIX + randomBytes(MADE_BYTES).toString('base64')

/** The key in a secret that has been checked. */
export const keyOf = (secret: string) => Buffer.from(secret.slice(PREFIX.length), 'base64')

/** What is wrong with a secret, e.g. 'must be …'; undefined: nothing. */
export function secretProblem(secret: string): string | undefined {
  const key = keyOf(secret)
  const isCanonical = secret.startsWith(PREFIX) && key.toString('base64') === secret.slice(PREFIX.length)
  if (isCanonical && key.length >= LEAST_BYTES && key.length <= MOST_BYTES) return undefined
  return `must be ${PREFIX} and then ${LEAST_BYTES} to ${MOST_BYTES} bytes as base64 with padding`
}
