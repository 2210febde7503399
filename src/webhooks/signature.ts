import { createHmac } from 'node:crypto'
import type { WebhookSecrets } from '../store/webhooks.ts'
import { keyOf } from './secrets.ts'

export interface Message {
  /** The same for each attempt. */
  id: string
  /** Unix seconds, of this attempt. */
  timestampS: number
  body: string
}

/** The secrets that sign now: for a while after a rotation the one before, too. */
export function signingSecrets(secrets: WebhookSecrets, nowMs: number): string[] {
  const { secret, previousSecret, previousUntilMs } = secrets
  const isPreviousGood = previousSecret !== null && previousUntilMs !== null && nowMs < previousUntilMs
  return isPreviousGood ? [secret, previousSecret] : [secret]
}

/** Headers by the Standard Webhooks specification 1.0, one signature for each secret. */
export function signedHeaders(
  { id, timestampS, body }: Message,
  secrets: readonly string[],
): Record<string, string> {
  const signed = `${id}.${timestampS}.${body}`
  const signatures = secrets.map(
    secret => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  }
}
