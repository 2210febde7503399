import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import { inChunks, loadDraft, writeDraft } from './stream-id-change.ts'
import type { StreamIdDraft } from './stream-id-draft.ts'
import type { NewStreamId } from './stream-id-record.ts'
import type { TransactionResult } from './transaction.ts'

/** What happens to a player that is there already, be it from before or from an earlier row. */
export type OnConflict = 'fail' | 'skip' | 'update'

export interface ImportResult {
  created: number
  updated: number
  skipped: number
  /** With 'fail': the indexes of the rows that stand in the way; then nothing is imported. */
  conflicts: number[]
}

export interface ImportRequest {
  rows: readonly NewStreamId[]
  onConflict: OnConflict
  isDryRun: boolean
}

/** Within a transaction, which it wants undone after a dry run and when there are conflicts. */
export async function importStreamIds(
  db: Kysely<Schema>,
  { rows, onConflict, isDryRun }: ImportRequest,
): Promise<TransactionResult<ImportResult>> {
  const draft = await loadDraft(db, rows)
  const value: ImportResult = { created: 0, updated: 0, skipped: 0, conflicts: [] }
  await inChunks(rows, (chunk, firstIndex) => {
    for (const [offset, row] of chunk.entries()) {
      const outcome = put(draft, row, onConflict)
      if (outcome === 'conflict') value.conflicts.push(firstIndex + offset)
      else value[outcome] += 1
    }
  })
  if (value.conflicts.length > 0) {
    return { value: { created: 0, updated: 0, skipped: 0, conflicts: value.conflicts }, isKept: false }
  }
  if (!isDryRun) await writeDraft(db, draft)
  return { value, isKept: !isDryRun }
}

function put(draft: StreamIdDraft, row: NewStreamId, onConflict: OnConflict) {
  if (!draft.has(row.player)) {
    draft.insert(row)
    return 'created'
  }
  if (onConflict === 'fail') return 'conflict'
  if (onConflict === 'skip') return 'skipped'
  draft.update(row.player, row)
  return 'updated'
}
