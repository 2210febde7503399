import type { NewDelivery } from '../../store/webhook-deliveries.ts'
import type { WebhookDetails } from '../../webhooks/desk.ts'
import type { Delivery, Webhook } from '../schemas/webhooks.ts'
import { isoOfMs } from './times.ts'

const EPOCH = '1970-01-01T00:00:00Z'

export function deliveryView(delivery: NewDelivery & { id?: number }): Delivery {
  return {
    id: delivery.id ?? 0,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    attempt: delivery.attempt,
    at: isoOfMs(delivery.atMs) ?? EPOCH,
    duration_ms: Math.max(0, Math.round(delivery.durationMs)),
    status: delivery.status,
    error: delivery.error,
  }
}

export function webhookView(webhook: WebhookDetails): Webhook {
  const { failingSinceMs, lastDelivery } = webhook
  return {
    id: webhook.id,
    url: webhook.url,
    events: [...webhook.events],
    players: [...webhook.players],
    description: webhook.description,
    active: webhook.isActive,
    paused_reason: webhook.pausedReason,
    failing_since: failingSinceMs === null ? null : isoOfMs(failingSinceMs),
    pending: webhook.pending,
    created: isoOfMs(webhook.createdMs) ?? EPOCH,
    last_delivery: lastDelivery === null ? null : deliveryView(lastDelivery),
  }
}
