import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areaPath,
  linePath,
  nearestIndex,
  scaleOf,
  timeTicks,
  valueTicks,
} from '../../../src/page/components/graph/scale.ts'

const BOX = { left: 10, top: 0, width: 100, height: 50 }
const scale = scaleOf(BOX, [1000, 1100], 200)

describe('the scale of a graph', () => {
  it('has round values from 0 to above the top, and few of them', () => {
    expect(valueTicks(6012, 4)).toEqual([0, 2000, 4000, 6000, 8000])
    expect(valueTicks(1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1])
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), top => {
        const ticks = valueTicks(top, 4)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(top * (1 - 1e-9))
        expect(ticks.length).toBeLessThanOrEqual(5)
      }),
    )
  })

  it('has round moments within its range, and no more than fit', () => {
    const day = Date.UTC(2026, 10, 21) / 1000
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 32 * 86_400 }),
        fc.integer({ min: 2, max: 12 }),
        (span, most) => {
          const ticks = timeTicks(day, day + span, most)
          expect(ticks.length).toBeLessThanOrEqual(most + 1)
          for (const { atS } of ticks) {
            expect(atS).toBeGreaterThanOrEqual(day)
            expect(atS).toBeLessThanOrEqual(day + span)
          }
        },
      ),
    )
    expect(timeTicks(day, day + 300, 5).map(({ stepS }) => stepS)[0]).toBe(60)
  })

  it('breaks lines and areas where nothing was measured', () => {
    const timesS = [1000, 1010, 1020, 1030]
    expect(linePath(timesS, [0, 100, null, 200], scale)).toBe('M10.0 50.0L20.0 25.0M40.0 0.0h2')
    expect(areaPath(timesS, [0, 0, null, 0], [0, 100, null, 200], scale)).toBe(
      'M10.0 50.0L20.0 25.0L20.0 50.0L10.0 50.0ZM40.0 0.0L40.0 50.0Z',
    )
    expect(linePath([], [], scale)).toBe('')
  })

  it('finds what is near, and nothing that is far', () => {
    expect(nearestIndex([1000, 1010, 1020], 1012, 5)).toBe(1)
    expect(nearestIndex([1000, 1010, 1020], 1040, 5)).toBeUndefined()
  })
})
