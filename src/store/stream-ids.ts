import { AppError } from '../lib/errors.ts'
import type { Queries } from './queries.ts'

export interface StreamIdRow {
  id: number
  publisher: string
  player: string
  description: string | null
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
}

export interface NewStreamId {
  publisher: string
  player: string
  description?: string | undefined
}

/** The table stream_ids. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface StreamIds {
  /** In the order in which they were added. */
  all(): Promise<StreamIdRow[]>
  /** Throws STREAM_ID_EXISTS: a player belongs to one publisher. */
  add(entry: NewStreamId): Promise<void>
  /** False: there is no such player. */
  remove(player: string): Promise<boolean>
}

export function streamIds(queries: Queries): StreamIds {
  return {
    all: () =>
      queries.run(db =>
        db
          .selectFrom('stream_ids')
          .select(['id', 'publisher', 'player', 'description', 'created_at as createdAt'])
          .orderBy('id')
          .execute(),
      ),

    async add({ publisher, player, description }) {
      const { numInsertedOrUpdatedRows } = await queries.run(db =>
        db
          .insertInto('stream_ids')
          .values({ publisher, player, description: description ?? null })
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      )
      if (numInsertedOrUpdatedRows === 0n) {
        throw new AppError('STREAM_ID_EXISTS', `Stream ID with player '${player}' already exists`)
      }
    },

    async remove(player) {
      const { numDeletedRows } = await queries.run(db =>
        db.deleteFrom('stream_ids').where('player', '=', player).executeTakeFirstOrThrow(),
      )
      return numDeletedRows > 0n
    },
  }
}
