import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from '../../src/http/paging.ts'

it('gets back every id it put into a cursor', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), id => {
      const cursor = encodeCursor(id)
      expect(cursor).toMatch(/^[\w-]+$/)
      expect(decodeCursor(cursor)).toBe(id)
    }),
  )
})

it.each(['', '7', 'MQ==', ' MQ', 'MQ ', 'LTE', 'MS41', 'MDE', 'x'.repeat(5000), '\u0000', 'MQ\n'])(
  'refuses %j, which it did not make',
  text => {
    expect(() => decodeCursor(text)).toThrow(
      expect.objectContaining({
        code: 'QUERY_INVALID',
        message: 'Invalid parameter: cursor must be the next_cursor of the page before',
      }),
    )
  },
)

it('refuses whatever it could not have made', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      try {
        expect(encodeCursor(decodeCursor(text))).toBe(text)
      } catch (error) {
        expect(error).toMatchObject({ code: 'QUERY_INVALID' })
      }
    }),
  )
})

it('knows by one row more that there is another page', () => {
  const rows = [{ id: 5 }, { id: 7 }, { id: 9 }]
  expect(pageOf(rows, 2)).toEqual({ rows: [{ id: 5 }, { id: 7 }], nextCursor: encodeCursor(7) })
  expect(pageOf(rows, 3)).toEqual({ rows, nextCursor: null })
  expect(pageOf([], 3)).toEqual({ rows: [], nextCursor: null })
})
