import type { StoredEvent } from '../store/events.ts'

/** An event as everybody outside sees it. */
export interface EventJson {
  id: number
  type: string
  /** ISO 8601, UTC, with milliseconds. */
  at: string
  player: string | null
  players: readonly string[]
  session_id: number | null
  data: Readonly<Record<string, unknown>>
}

/** What Date can hold. Source: ECMA-262, "Time Values and Time Range". */
const MOST_MS = 8.64e15

export function eventJson({ id, type, atMs, player, players, sessionId, data }: StoredEvent): EventJson {
  const at = new Date(Math.max(0, Math.min(MOST_MS, atMs))).toISOString()
  return { id, type, at, player, players, session_id: sessionId, data }
}
