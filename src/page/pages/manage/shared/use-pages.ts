import { useRef, useState } from 'preact/hooks'
import { get, type Page, type Query } from '../../../api/client.ts'
import type { ApiError } from '../../../api/errors.ts'
import { useResource } from '../../../lib/use-resource.ts'
import { type Rows, withNewest, withOlder } from './merged-rows.ts'
import { useAction } from './use-action.ts'

export interface Pages<Row> {
  /** Newest first; undefined: nothing has been loaded yet. */
  rows: readonly Row[] | undefined
  error: ApiError | undefined
  reload: () => void
  hasOlder: boolean
  isLoadingOlder: boolean
  loadOlder: () => void
}

/** A list of the API that comes in pages with cursors: the newest page, and older ones on demand. */
export function usePages<Row extends { id: number }>(
  where: string,
  query: Query = {},
  everyMs?: number,
): Pages<Row> {
  const of = JSON.stringify([where, query])
  const kept = useRef<{ of: string; list: Rows<Row> } | undefined>(undefined)
  const [, redraw] = useState(0)
  const before = () => (kept.current?.of === of ? kept.current.list : undefined)
  const keep = (list: Rows<Row>) => {
    kept.current = { of, list }
    redraw(round => round + 1)
  }
  const newest = useResource(
    async signal => {
      keep(withNewest(before(), await get<Page<Row>>(where, { query, signal })))
      return true
    },
    { everyMs, on: [of] },
  )
  const older = useAction(async (cursor: string) => {
    const page = await get<Page<Row>>(where, { query: { ...query, cursor } })
    const list = before()
    if (list !== undefined) keep(withOlder(list, page))
  })
  const list = before()
  const cursor = list?.nextCursor ?? null
  return {
    rows: list?.rows,
    error: newest.error,
    reload: newest.reload,
    hasOlder: cursor !== null,
    isLoadingOlder: older.isBusy,
    loadOlder: () => {
      if (cursor !== null) void older.run(cursor)
    },
  }
}
