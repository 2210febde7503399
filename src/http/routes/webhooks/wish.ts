import { streamIdProblem } from '../../../access/stream-id-rules.ts'
import { AppError } from '../../../lib/errors.ts'

/** Each type once; '*' makes the others superfluous. */
export const eventsOf = (events: readonly string[]): string[] =>
  events.includes('*') ? ['*'] : [...new Set(events)]

/** Each player once. Throws BODY_INVALID. */
export function playersOf(players: readonly string[]): string[] {
  for (const [index, player] of players.entries()) {
    const what = streamIdProblem(player)
    const where = `players[${index}]`
    if (what !== undefined)
      throw new AppError('BODY_INVALID', `Invalid field: ${where} ${what}`, { problems: [{ where, what }] })
  }
  return [...new Set(players)]
}

/** Of a URL whose path and query may be secrets. */
export const hostIn = (url: string): string => new URL(url).host
