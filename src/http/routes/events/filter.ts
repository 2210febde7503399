import type { Static } from 'typebox'
import type { StoredEvent } from '../../../events/hub.ts'
import type { EventsQuery } from '../../schemas/events.ts'
import { type Reader, shownTo } from './reader.ts'

export interface EventFilter {
  /** Empty: all. */
  types: readonly string[]
  player: string | undefined
}

export function filterOf({ types, player }: Static<typeof EventsQuery>): EventFilter {
  return { types: types === undefined ? [] : [...new Set(types.split(','))], player }
}

/** About the player itself, or about the stream that it plays. */
const concerns = (event: StoredEvent, wanted: string) =>
  event.player === null ? event.players.includes(wanted) : event.player === wanted

/** The event as this reader may see it; undefined: it may not, or doesn't want to. */
export function picked(
  event: StoredEvent,
  { types, player }: EventFilter,
  reader: Reader,
): StoredEvent | undefined {
  if (types.length > 0 && !types.includes(event.type)) return undefined
  if (player !== undefined && !concerns(event, player)) return undefined
  return shownTo(reader, event)
}
