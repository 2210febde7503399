import { type Selectable, sql } from 'kysely'
import type { Queries } from './queries.ts'
import type { AnnotationsTable } from './schema.ts'
import { isPlayerWithin, type PlayerScope } from './stream-id-filter.ts'
import { transact } from './transaction.ts'

/** So that whoever may write to some players cannot push out what was noted of others. */
const MOST_OF_A_PLAYER = 1000
const MOST = 10_000

/** What somebody noted about a moment or a while. */
export interface NewAnnotation {
  /** A player stream ID; null: about all streams. */
  player: string | null
  /** Unix milliseconds. */
  atMs: number
  /** Its end, not before `atMs`; null: a moment. */
  untilMs: number | null
  text: string
  /** The name of the API key. */
  author: string
}

export interface Annotation extends NewAnnotation {
  id: number
}

export interface AnnotationFilter {
  /** Exactly this one; null: those about all streams; undefined: any. */
  player?: string | null
  /** What touches this span of time. Unix milliseconds. */
  fromMs?: number
  toMs?: number
  /** Within a scope there are none about all streams. */
  scope: PlayerScope | null
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** The table annotations. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Annotations {
  /** The oldest go when there are more than 1000 of a player (or about all streams), or 10,000 at all. */
  add(annotation: NewAnnotation): Promise<Annotation>
  /** The last noted first; one row more than `limit` tells that there is another page. */
  find(filter: AnnotationFilter): Promise<Annotation[]>
  /** Undefined: there is none. */
  get(id: number): Promise<Annotation | undefined>
  /** False: there is none. */
  remove(id: number): Promise<boolean>
}

const toAnnotation = (row: Selectable<AnnotationsTable>): Annotation => ({
  ...{ id: row.id, player: row.player, atMs: row.at_ms, untilMs: row.until_ms },
  ...{ text: row.text, author: row.author },
})

export function annotations(queries: Queries): Annotations {
  return {
    add: annotation =>
      transact(queries, async db => {
        const { player, atMs, untilMs, text, author } = annotation
        const { id } = await db
          .insertInto('annotations')
          .values({ player, at_ms: atMs, until_ms: untilMs, text, author })
          .returning('id')
          .executeTakeFirstOrThrow()
        const all = db.selectFrom('annotations').select('id').orderBy('id', 'desc').limit(-1)
        const ofPlayer = all.where('player', 'is', player).offset(MOST_OF_A_PLAYER)
        for (const beyond of [ofPlayer, all.offset(MOST)])
          await db.deleteFrom('annotations').where('id', 'in', beyond).execute()
        return { value: { ...annotation, id }, isKept: true }
      }),

    find: ({ player, fromMs, toMs, scope, beforeId, limit }) =>
      queries.run(async db => {
        let query = db
          .selectFrom('annotations')
          .selectAll()
          .where(isPlayerWithin('annotations.player', scope))
          .orderBy('id', 'desc')
        if (player !== undefined) query = query.where('player', 'is', player)
        if (fromMs !== undefined) query = query.where(sql`coalesce(until_ms, at_ms)`, '>=', fromMs)
        if (toMs !== undefined) query = query.where('at_ms', '<', toMs)
        if (beforeId !== undefined) query = query.where('id', '<', beforeId)
        return (await query.limit(limit + 1).execute()).map(toAnnotation)
      }),

    get: id =>
      queries.run(async db => {
        const row = await db.selectFrom('annotations').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toAnnotation(row)
      }),

    remove: id =>
      queries.run(async db => {
        const { numDeletedRows } = await db
          .deleteFrom('annotations')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),
  }
}
