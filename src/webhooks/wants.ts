import type { StoredEvent } from '../store/events.ts'
import type { WebhookSettings } from '../store/webhooks.ts'

/** Whether a webhook is to be told: an event about one player goes by that player, others by the players of the stream. */
export function wants(
  { events, players }: Pick<WebhookSettings, 'events' | 'players'>,
  event: Pick<StoredEvent, 'type' | 'player' | 'players'>,
): boolean {
  if (!events.includes('*') && !events.includes(event.type)) return false
  if (players.length === 0) return true
  if (event.player !== null) return players.includes(event.player)
  return event.players.some(player => players.includes(player))
}
