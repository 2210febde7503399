/** A delivery in short, as a webhook has its last one; or one of GET /api/webhooks/:id/deliveries. */
export interface Delivery {
  id: number
  /** Null: a test. */
  event_id: number | null
  event_type: string
  attempt: number
  at: string
  duration_ms: number
  /** Of the endpoint's answer; null: it gave none. */
  status: number | null
  error: string | null
}

/** A row of GET /api/webhooks. */
export interface Webhook {
  id: number
  url: string
  /** ['*']: all types. */
  events: readonly string[]
  /** Empty: all. */
  players: readonly string[]
  description: string
  active: boolean
  paused_reason: string | null
  failing_since: string | null
  /** Events that wait. */
  pending: number
  created: string
  last_delivery: Delivery | null
}

/** An answer of POST and rotate-secret. */
export interface WebhookWithSecret extends Webhook {
  secret: string
}

/** What a test call came to. */
export type TestOutcome = Pick<Delivery, 'status' | 'error' | 'duration_ms'>

export const isDelivered = ({ status, error }: Pick<Delivery, 'status' | 'error'>): boolean =>
  error === null && status !== null && status >= 200 && status < 300

/** How long a call took: '42 ms', '10.0 s'. */
export const tookText = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
