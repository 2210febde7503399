import { createHmac } from 'node:crypto'

export const SECRET = 'the secret that signs the tokens of these tests'

export interface Claims {
  sub: string
  jti?: string
  iat?: number
  exp?: number
  net?: string
  max?: number
}

export const nowS = () => Math.floor(Date.now() / 1000)

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A play token, by default one that was issued a little ago and is valid for a while. */
export function sign(claims: Claims, secret: string = SECRET): string {
  const payload = { jti: 'id', iat: nowS() - 100, exp: nowS() + 1000, ...claims }
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(payload)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
