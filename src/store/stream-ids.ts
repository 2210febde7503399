import { sql } from 'kysely'
import { AppError } from '../lib/errors.ts'
import type { Queries } from './queries.ts'
import { COLUMNS } from './schema.ts'
import { loadDraft, writeDraft } from './stream-id-change.ts'
import { type PlayerScope, type StreamIdFilter, selectStreamIds } from './stream-id-filter.ts'
import { type ImportResult, importStreamIds, type OnConflict } from './stream-id-import.ts'
import { type NewStreamId, recordOf, type StreamIdPatch, type StreamIdRecord } from './stream-id-record.ts'
import { transact } from './transaction.ts'

export type { PlayerScope, StreamIdFilter } from './stream-id-filter.ts'
export type { ImportResult, OnConflict } from './stream-id-import.ts'
export type { NewStreamId, StreamIdPatch, StreamIdRecord, StreamIdSettings } from './stream-id-record.ts'

/**
 * The table stream_ids. Where the rows of a publisher differ in what belongs to it, because another program has written
 * them, the first one counts. Every function throws STORE_UNAVAILABLE when SQLite can't.
 */
export interface StreamIds {
  /** In the order in which they were added. */
  all(): Promise<StreamIdRecord[]>
  /** As all(); one row more than `limit` tells that there is another page. */
  find(filter: StreamIdFilter & { scope: PlayerScope | null }): Promise<StreamIdRecord[]>
  get(player: string): Promise<StreamIdRecord | undefined>
  /**
   * What belongs to a publisher is changed in all its rows if it is named, and else taken over from them.
   * Throws STREAM_ID_EXISTS: a player belongs to one publisher.
   */
  add(entry: NewStreamId): Promise<void>
  /**
   * What belongs to a publisher is changed in all its rows. With another publisher the row alone moves, and takes over what
   * belongs to that one, or brings along its own if it is the first. False: there is no such player.
   */
  update(player: string, patch: StreamIdPatch): Promise<boolean>
  /** Each row as with add() or update(), all of them or none, even if the process dies. Other processes can't write meanwhile. */
  importAll(rows: readonly NewStreamId[], onConflict: OnConflict, isDryRun: boolean): Promise<ImportResult>
  /** Those that are in the public status, in the order in which they were added. */
  publicNames(): Promise<{ name: string; streamKey: string }[]>
  /** False: there is no such player. */
  remove(player: string): Promise<boolean>
  /** Makes the tokens of this player void that were issued before (Unix seconds). False: there is no such player. */
  voidTokens(player: string, beforeS: number): Promise<boolean>
}

export function streamIds(queries: Queries): StreamIds {
  return {
    all: () =>
      queries.run(async db =>
        (await db.selectFrom('stream_ids').select(COLUMNS.stream_ids).orderBy('id').execute()).map(recordOf),
      ),

    find: filter => queries.run(async db => (await selectStreamIds(db, filter).execute()).map(recordOf)),

    get: player =>
      queries.run(async db => {
        const row = await db
          .selectFrom('stream_ids')
          .select(COLUMNS.stream_ids)
          .where('player', '=', player)
          .executeTakeFirst()
        return row && recordOf(row)
      }),

    add: entry =>
      transact(queries, async db => {
        const draft = await loadDraft(db, [entry])
        if (draft.has(entry.player)) {
          throw new AppError('STREAM_ID_EXISTS', `Stream ID with player '${entry.player}' already exists`)
        }
        draft.insert(entry)
        await writeDraft(db, draft)
        return { value: undefined, isKept: true }
      }),

    update: (player, patch) =>
      transact(queries, async db => {
        const draft = await loadDraft(db, [{ player, publisher: patch.publisher }])
        if (!draft.has(player)) return { value: false, isKept: false }
        draft.update(player, patch)
        await writeDraft(db, draft)
        return { value: true, isKept: true }
      }),

    importAll: (rows, onConflict, isDryRun) =>
      transact(queries, db => importStreamIds(db, { rows, onConflict, isDryRun })),

    publicNames: () =>
      queries.run(db =>
        db
          .selectFrom('stream_ids')
          .select(['public_name as name', 'publisher as streamKey'])
          .where('public_name', '<>', '')
          .orderBy('id')
          .execute(),
      ),

    async remove(player) {
      const { numDeletedRows } = await queries.run(db =>
        db.deleteFrom('stream_ids').where('player', '=', player).executeTakeFirstOrThrow(),
      )
      return numDeletedRows > 0n
    },

    async voidTokens(player, beforeS) {
      const { numUpdatedRows } = await queries.run(db =>
        db
          .updateTable('stream_ids')
          .set({
            tokens_not_before: sql<number>`max(tokens_not_before, ${beforeS})`,
            updated_at: sql<string>`CURRENT_TIMESTAMP`,
          })
          .where('player', '=', player)
          .executeTakeFirstOrThrow(),
      )
      return numUpdatedRows > 0n
    },
  }
}
