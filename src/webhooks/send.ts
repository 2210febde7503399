import type { Clock } from '../lib/clock.ts'
import type { StoredWebhook } from '../store/webhooks.ts'
import type { Caller, CallOutcome } from './caller.ts'
import { signedHeaders, signingSecrets } from './signature.ts'
import type { Slots } from './slots.ts'

export interface SendParts {
  call: Caller
  /** Of all webhooks together. */
  slots: Slots
  clock: Clock
}

export interface Letter {
  /** webhook-id. */
  id: string
  body: string
  signal: AbortSignal
}

export interface Sent extends CallOutcome {
  /** Unix milliseconds: when the call began. */
  atMs: number
}

/** Signs and sends as soon as there is a free slot. Undefined: the signal came first. */
export async function send(
  webhook: StoredWebhook,
  { id, body, signal }: Letter,
  { call, slots, clock }: SendParts,
): Promise<Sent | undefined> {
  const release = await slots.take(signal)
  if (release === undefined) return undefined
  try {
    const atMs = clock.nowMs()
    const message = { id, timestampS: Math.floor(atMs / 1000), body }
    const headers = signedHeaders(message, signingSecrets(webhook, atMs))
    return { atMs, ...(await call({ url: webhook.url, headers, body, signal })) }
  } finally {
    release()
  }
}
