import { type Kysely, type Selectable, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { COLUMNS, type Schema, type StreamIdsTable } from './schema.ts'

/** Only these player stream IDs, or only those that begin so, byte for byte. */
export type PlayerScope = { readonly players: readonly string[] } | { readonly prefix: string }

export interface StreamIdFilter {
  /** Part of the player, the publisher or the description, ASCII letters in any case. */
  search?: string
  publisher?: string
  /** True: only pairs of these publishers; false: only of others. */
  publishers?: { isIn: boolean; ids: readonly string[] }
  /** Of the last page; undefined: the first page. */
  afterId?: number
  limit: number
}

type Query = SelectQueryBuilder<Schema, 'stream_ids', Selectable<StreamIdsTable>>

/**
 * One row more than `limit` tells that there is another page. Within a scope a publisher's ID, a secret, leads to its rows
 * only if the scope covers all its players: otherwise it could be guessed letter by letter.
 */
export function selectStreamIds(
  db: Kysely<Schema>,
  { search, publisher, publishers, afterId, limit, scope }: StreamIdFilter & { scope: PlayerScope | null },
): Query {
  let query = db
    .selectFrom('stream_ids')
    .select(COLUMNS.stream_ids)
    .orderBy('id')
    .limit(limit + 1)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  if (publisher !== undefined) query = query.where('publisher', '=', publisher).where(isOpenTo(scope))
  if (publishers !== undefined) {
    const ids = sql<string>`(SELECT value FROM json_each(${JSON.stringify(publishers.ids)}))`
    query = query.where('publisher', publishers.isIn ? 'in' : 'not in', ids)
  }
  if (search !== undefined && search !== '') query = query.where(matches(search, scope))
  return query.where(isWithin('stream_ids', scope))
}

function matches(search: string, scope: PlayerScope | null) {
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  const like = (column: string) => sql`${sql.ref(column)} LIKE ${pattern} ESCAPE '\\'`
  return sql<SqlBool>`(
    ${like('player')} OR ${like('description')} OR (${like('publisher')} AND ${isOpenTo(scope)}))`
}

const isWithin = (table: 'stream_ids' | 'other', scope: PlayerScope | null) =>
  isPlayerWithin(`${table}.player`, scope)

/** Whether the scope covers the player stream ID in this column; NULL is covered by none but null. */
export function isPlayerWithin(column: string, scope: PlayerScope | null) {
  if (scope === null) return sql<SqlBool>`true`
  const player = sql.ref(column)
  // Not LIKE, which takes % and _ for more than themselves and A for a.
  if ('prefix' in scope) return sql<SqlBool>`substr(${player}, 1, length(${scope.prefix})) = ${scope.prefix}`
  return sql<SqlBool>`${player} IN (SELECT value FROM json_each(${JSON.stringify(scope.players)}))`
}

/** Whether the scope covers all players of the row's publisher. */
function isOpenTo(scope: PlayerScope | null) {
  if (scope === null) return sql<SqlBool>`true`
  return sql<SqlBool>`NOT EXISTS (
    SELECT 1 FROM stream_ids AS other
    WHERE other.publisher = stream_ids.publisher AND NOT (${isWithin('other', scope)}))`
}
