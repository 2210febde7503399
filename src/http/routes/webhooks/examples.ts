/** Of answers about webhooks. */
export const DELIVERY_EXAMPLE = {
  attempt: 1,
  at: '2026-11-21T09:00:00.120Z',
  duration_ms: 84,
  error: null,
  event_id: 12,
  event_type: 'publish',
  id: 31,
  status: 204,
}

export const WEBHOOK_EXAMPLE = {
  active: true,
  created: '2026-11-21T08:00:00Z',
  description: 'Studio bot',
  events: ['publish', 'unpublish'],
  failing_since: null,
  id: 1,
  last_delivery: DELIVERY_EXAMPLE,
  paused_reason: null,
  pending: 0,
  players: ['live_1'],
  url: 'https://hooks.example.com/sls',
}

export const NEW_WEBHOOK_EXAMPLE = {
  ...WEBHOOK_EXAMPLE,
  last_delivery: null,
  secret: 'whsec_RVhBTVBMRWV4YW1wbGVFWEFNUExFZXhhbXBsZUVYQU0=',
}

export const WEBHOOK_PARAMETER = { name: 'id', description: 'Of the webhook.', example: '1' }
