export interface Rows<Row> {
  /** Newest first. */
  rows: readonly Row[]
  /** Of the oldest row's page; null: there are no older rows. */
  nextCursor: string | null
  /** Older pages than the newest have been loaded. */
  isReadOn?: boolean
}

interface Page<Row> {
  data: readonly Row[]
  next_cursor: string | null
}

/** The newest page over what was loaded before. Rows that were never loaded in between make the older ones forgotten. */
export function withNewest<Row extends { id: number }>(
  before: Rows<Row> | undefined,
  page: Page<Row>,
): Rows<Row> {
  const fresh = { rows: page.data, nextCursor: page.next_cursor }
  // A page of a filter that fits next to nothing can be empty and have older ones all the same.
  if (before?.isReadOn === true && page.data.length === 0 && page.next_cursor !== null) return before
  const [newestBefore] = before?.rows ?? []
  const oldest = page.data.at(-1)
  if (before === undefined || newestBefore === undefined || oldest === undefined) return fresh
  if (oldest.id > newestBefore.id) return fresh
  const older = before.rows.filter(({ id }) => id < oldest.id)
  return before.isReadOn === true ? { ...before, rows: [...page.data, ...older] } : fresh
}

/** An older page below what is there. */
export function withOlder<Row extends { id: number }>(before: Rows<Row>, page: Page<Row>): Rows<Row> {
  const last = before.rows.at(-1)
  const older = last === undefined ? page.data : page.data.filter(({ id }) => id < last.id)
  return { rows: [...before.rows, ...older], nextCursor: page.next_cursor, isReadOn: true }
}
