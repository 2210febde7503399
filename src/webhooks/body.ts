import type { StoredEvent } from '../store/events.ts'

/** An event as it is sent, the same text for each attempt. */
export function bodyOf({ id, type, atMs, player, players, sessionId, data }: StoredEvent): string {
  const at = new Date(atMs).toISOString()
  return JSON.stringify({ id, type, at, player, players, session_id: sessionId, data })
}
