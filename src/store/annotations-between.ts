import type { Queries } from './queries.ts'

const MOST_ROWS = 500

export interface AnnotationRow {
  id: number
  /** Null: about everything. */
  player: string | null
  /** Unix milliseconds. */
  atMs: number
  /** Null: about a moment. */
  untilMs: number | null
  text: string
  author: string
}

/** Those that touch the time between, oldest first, the newest 500 at most. Throws STORE_UNAVAILABLE. */
export function annotationsBetween(queries: Queries, fromMs: number, toMs: number): Promise<AnnotationRow[]> {
  return queries.run(async db => {
    const rows = await db
      .selectFrom('annotations')
      .select(['id', 'player', 'at_ms as atMs', 'until_ms as untilMs', 'text', 'author'])
      .where('at_ms', '<=', toMs)
      .where(eb => eb.or([eb('at_ms', '>=', fromMs), eb('until_ms', '>=', fromMs)]))
      .orderBy('at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_ROWS)
      .execute()
    return rows.reverse()
  })
}
