import { describe, expect, it } from 'vitest'
import { withNewest, withOlder } from '../../../src/page/pages/manage/shared/merged-rows.ts'

const rows = (...ids: number[]) => ids.map(id => ({ id }))
const page = (next: string | null, ...ids: number[]) => ({ data: rows(...ids), next_cursor: next })

describe('a list that grows at its head and is read on at its foot', () => {
  it('begins with the newest page', () => {
    expect(withNewest(undefined, page('c', 9, 8))).toEqual({ rows: rows(9, 8), nextCursor: 'c' })
  })

  it('keeps the older pages that were loaded, and the place to go on', () => {
    const two = withOlder(withNewest(undefined, page('c', 9, 8)), page('d', 7, 6))
    expect(withNewest(two, page('x', 10, 9))).toEqual({
      rows: rows(10, 9, 8, 7, 6),
      nextCursor: 'd',
      isReadOn: true,
    })
  })

  it('shows rows that are gone from the newest page no longer', () => {
    const two = withOlder(withNewest(undefined, page('c', 9, 8, 7)), page(null, 6))
    expect(withNewest(two, page('c', 9, 7))).toMatchObject({ rows: rows(9, 7, 6), nextCursor: null })
  })

  it('begins anew when rows between could be missing', () => {
    const before = withNewest(undefined, page('c', 9, 8))
    expect(withNewest(before, page('y', 21, 20))).toEqual({ rows: rows(21, 20), nextCursor: 'y' })
  })

  it('is empty when everything is gone', () => {
    expect(withNewest(withNewest(undefined, page('c', 9)), page(null))).toEqual({
      rows: [],
      nextCursor: null,
    })
  })

  it('takes no row twice', () => {
    const list = withOlder(withNewest(undefined, page('c', 9, 8)), page(null, 8, 7))
    expect(list).toMatchObject({ rows: rows(9, 8, 7), nextCursor: null })
  })

  it('goes on where it was read to, though the pages of a filter were empty', () => {
    const none = withOlder(withNewest(undefined, page('c')), page('d'))
    expect(withNewest(none, page('c'))).toMatchObject({ rows: [], nextCursor: 'd' })
    const few = withOlder(withNewest(undefined, page('c', 9)), page('d'))
    expect(withNewest(few, page('x', 10, 9))).toMatchObject({ rows: rows(10, 9), nextCursor: 'd' })
  })
})
