import { maskId } from '../../lib/mask.ts'
import type { ApiClient } from '../remote/client.ts'
import { harmless } from '../terminal/text.ts'
import type { LiveSession } from './session.ts'

/** Screens are shared and filmed: a stream is called by its players, and its publisher's stream ID is a secret. */
export class StreamNames {
  #players: ReadonlyMap<string, readonly string[]> = new Map()

  /** Reads the players of what is live. Throws CommandError. */
  async refresh(client: Pick<ApiClient, 'rows'>): Promise<void> {
    const players = new Map<string, string[]>()
    for (const row of await client.rows('/api/stream-ids?live=true')) {
      const [publisher, player] = [row.text('publisher'), harmless(row.text('player'))]
      players.set(publisher, [...(players.get(publisher) ?? []), player])
    }
    this.#players = players
  }

  /** Whether a publisher is live that was not when the names were read. */
  lacks(sessions: readonly LiveSession[]): boolean {
    return sessions.some(({ role, streamKey }) => role === 'publisher' && !this.#players.has(streamKey))
  }

  /** 'live_1', 'live_1 +2', or the beginning of what it is published as. */
  of({ player, streamKey }: LiveSession): string {
    if (player !== null) return player
    const [first, ...others] = this.#players.get(streamKey) ?? []
    if (first === undefined) return harmless(maskId(streamKey))
    return others.length === 0 ? first : `${first} +${others.length}`
  }
}
