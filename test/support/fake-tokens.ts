import { createHmac } from 'node:crypto'
import type { TokenSpec } from '../../src/engine/contract.ts'
import { AppError } from '../../src/lib/errors.ts'

/** What a play token of ours says. */
export interface PlayToken {
  subject: string
  tokenId: string
  issuedAtS: number
  notBeforeS: number
  expiresAtS: number
  /** 0 = no limit. */
  maxUses: number
  /** '' = from everywhere. */
  network: string
}

const LEAST_SECRET_BYTES = 32

function parseJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** The claims of a JWT (HS256) that was signed with `secret`. */
export function readToken(jwt: string, secret: string): PlayToken | undefined {
  const [header = '', payload = '', signature = '', ...rest] = jwt.split('.')
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  if (secret === '' || rest.length > 0 || signature !== expected) return undefined
  if (parseJson(header)?.['alg'] !== 'HS256') return undefined
  const { sub, jti, iat = 0, nbf = 0, exp, max = 0, net = '' } = parseJson(payload) ?? {}
  if (typeof sub !== 'string' || typeof jti !== 'string' || typeof net !== 'string') return undefined
  if (typeof nbf !== 'number') return undefined
  if (typeof iat !== 'number' || typeof exp !== 'number' || typeof max !== 'number') return undefined
  return {
    subject: sub,
    tokenId: jti,
    issuedAtS: iat,
    notBeforeS: nbf,
    expiresAtS: exp,
    maxUses: max,
    network: net,
  }
}

/** What the peer sent, as it may be shown: without a token, wherever it stands. */
export const withoutTokens = (streamId: string) =>
  streamId.replace(/(?<=token=)[^,]+|eyJ[\w-]*\.[\w-]*\.[\w.-]*/g, '…')

/** The secret in force, and how often tokens with a limit were used. */
export class FakeTokens {
  readonly #uses = new Map<string, number>()
  #secret = ''

  set({ secret, used }: TokenSpec): void {
    if (secret !== '' && Buffer.byteLength(secret) < LEAST_SECRET_BYTES)
      throw new AppError('ENGINE_ARGUMENT', `secret: at least ${LEAST_SECRET_BYTES} bytes`)
    this.#secret = secret
    for (const { tokenId, useCount } of used)
      this.#uses.set(tokenId, Math.max(useCount, this.#uses.get(tokenId) ?? 0))
  }

  read(jwt: string): PlayToken | undefined {
    return readToken(jwt, this.#secret)
  }

  isUsedUp({ tokenId, maxUses }: PlayToken): boolean {
    return maxUses > 0 && (this.#uses.get(tokenId) ?? 0) >= maxUses
  }

  /** A use taken, or given back. */
  count({ tokenId, maxUses }: PlayToken, by: 1 | -1): void {
    if (maxUses > 0) this.#uses.set(tokenId, (this.#uses.get(tokenId) ?? 0) + by)
  }
}
