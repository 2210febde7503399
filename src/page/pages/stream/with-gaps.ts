import type { AnalyticsPoint } from '../../api/types.ts'

interface Place {
  atS: number
  /** Null: a gap begins. */
  point: AnalyticsPoint | null
}

/** The points of a series, with a place of nothing wherever one or more are absent: a line must not cross it. */
export function withGaps(series: readonly AnalyticsPoint[], stepS: number): Place[] {
  return series.flatMap((point, index) => {
    const atS = Date.parse(point.at) / 1000
    const before = series[index - 1]
    const beforeS = before === undefined ? atS : Date.parse(before.at) / 1000
    const isGap = atS - beforeS > stepS * 1.5
    return isGap
      ? [
          { atS: beforeS + stepS, point: null },
          { atS, point },
        ]
      : [{ atS, point }]
  })
}
