import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'
import { StreamIdDraft } from './stream-id-draft.ts'
import { playerColumnsOf, publisherColumnsOf, publisherSettingsOf, recordOf } from './stream-id-record.ts'

/** A few milliseconds' work. */
const ROWS_PER_STATEMENT = 200

export interface NamedIds {
  readonly player: string
  readonly publisher?: string | undefined
}

/** Calls back with a part at a time, and lets others have a turn of the event loop in between. */
export async function inChunks<T>(
  items: readonly T[],
  act: (chunk: readonly T[], firstIndex: number) => Promise<void> | void,
): Promise<void> {
  for (let index = 0; index < items.length; index += ROWS_PER_STATEMENT) {
    if (index > 0) await nextTurn()
    await act(items.slice(index, index + ROWS_PER_STATEMENT), index)
  }
}

/** Reads what changes of these IDs may touch. */
export async function loadDraft(db: Kysely<Schema>, ids: readonly NamedIds[]): Promise<StreamIdDraft> {
  const draft = new StreamIdDraft()
  await inChunks(ids, async chunk => {
    const players = [...new Set(chunk.map(({ player }) => player))]
    const rows = await db.selectFrom('stream_ids').selectAll().where('player', 'in', players).execute()
    for (const row of rows) draft.load(recordOf(row))
    const named = chunk.flatMap(({ publisher }) => publisher ?? [])
    const publishers = new Set([...named, ...rows.map(({ publisher }) => publisher)])
    await loadPublishers(
      db,
      draft,
      [...publishers].filter(publisher => !draft.knowsPublisher(publisher)),
    )
  })
  return draft
}

async function loadPublishers(
  db: Kysely<Schema>,
  draft: StreamIdDraft,
  publishers: readonly string[],
): Promise<void> {
  if (publishers.length === 0) return
  // With min() SQLite takes the bare columns from that very row: https://www.sqlite.org/lang_select.html#bareagg
  const rows = await db
    .selectFrom('stream_ids')
    .select(['publisher', 'passphrase', 'max_bitrate_kbps', 'bitrate_grace_s', 'publish_networks'])
    .select(eb => [eb.fn.min('id').as('id'), eb.fn.countAll<number>().as('rowCount')])
    .where('publisher', 'in', publishers)
    .groupBy('publisher')
    .execute()
  for (const row of rows) draft.loadPublisher(row.publisher, publisherSettingsOf(row), row.rowCount)
}

/** Writes what a draft has changed. */
export async function writeDraft(db: Kysely<Schema>, draft: StreamIdDraft): Promise<void> {
  await inChunks(draft.changedRows(), async chunk => {
    const rows = chunk.map(row => ({
      publisher: row.publisher,
      player: row.player,
      description: row.description,
      ...playerColumnsOf(row),
      ...publisherColumnsOf(row),
    }))
    await db
      .insertInto('stream_ids')
      .values(rows)
      .onConflict(conflict =>
        conflict.doUpdateSet(eb => ({
          publisher: eb.ref('excluded.publisher'),
          description: eb.ref('excluded.description'),
          max_players: eb.ref('excluded.max_players'),
          play_networks: eb.ref('excluded.play_networks'),
          tokens_only: eb.ref('excluded.tokens_only'),
          public_name: eb.ref('excluded.public_name'),
          passphrase: eb.ref('excluded.passphrase'),
          max_bitrate_kbps: eb.ref('excluded.max_bitrate_kbps'),
          bitrate_grace_s: eb.ref('excluded.bitrate_grace_s'),
          publish_networks: eb.ref('excluded.publish_networks'),
          updated_at: sql<string>`CURRENT_TIMESTAMP`,
        })),
      )
      .execute()
  })
  await inChunks(draft.changedPublishers(), async chunk => {
    for (const { publisher, ...settings } of chunk) {
      const columns = publisherColumnsOf(settings)
      const isDifferent = Object.entries(columns).map(
        ([name, value]) => sql`${sql.ref(name)} IS NOT ${value}`,
      )
      await db
        .updateTable('stream_ids')
        .set({ ...columns, updated_at: sql<string>`CURRENT_TIMESTAMP` })
        .where('publisher', '=', publisher)
        .where(sql<boolean>`(${sql.join(isDifferent, sql` OR `)})`)
        .execute()
    }
  })
}
