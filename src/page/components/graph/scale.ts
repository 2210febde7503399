// What a graph is drawn from: numbers only, so that it can be tested without a browser.

const NICE = [1, 2, 2.5, 5, 10]

/** Round values from 0 to at least `top`, at most `most` of them besides 0. */
export function valueTicks(top: number, most: number): number[] {
  const raw = top / most
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = (NICE.find(nice => nice * power >= raw) ?? 10) * power
  const count = Math.ceil(top / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

const HOUR_S = 3600
const DAY_S = 86_400
const STEPS_S = [10, 30, 60, 120, 300, 600, 900, 1800, HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S]
const STEPS_D = [1, 2, 4, 7, 14]

export interface TimeTick {
  atS: number
  /** The distance to the next: what a label need not tell. */
  stepS: number
}

function dayTicks(fromS: number, toS: number, stepD: number): TimeTick[] {
  const ticks: TimeTick[] = []
  const day = new Date(fromS * 1000)
  day.setHours(24, 0, 0, 0)
  // Not by seconds: a day may have 23 or 25 hours.
  for (; day.getTime() / 1000 <= toS; day.setDate(day.getDate() + stepD)) {
    ticks.push({ atS: day.getTime() / 1000, stepS: stepD * DAY_S })
  }
  return ticks
}

/** Round moments of the reader's clock from `fromS` to `toS`, at most `most`. */
export function timeTicks(fromS: number, toS: number, most: number): TimeTick[] {
  const raw = (toS - fromS) / Math.max(1, most)
  const stepS = STEPS_S.find(step => step >= raw)
  if (stepS === undefined) {
    return dayTicks(fromS, toS, STEPS_D.find(step => step * DAY_S >= raw) ?? Math.ceil(raw / DAY_S))
  }
  const zoneS = new Date(fromS * 1000).getTimezoneOffset() * 60
  const ticks: TimeTick[] = []
  for (let atS = Math.ceil((fromS - zoneS) / stepS) * stepS + zoneS; atS <= toS; atS += stepS) {
    ticks.push({ atS, stepS })
  }
  return ticks
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

export interface Scale {
  x: (atS: number) => number
  y: (value: number) => number
}

export const scaleOf = (box: Box, range: readonly [number, number], top: number): Scale => ({
  x: atS => box.left + ((atS - range[0]) / Math.max(1e-9, range[1] - range[0])) * box.width,
  y: value => box.top + box.height * (1 - value / top),
})

type Values = readonly (number | null)[]
type Point = readonly [x: number, y: number]

const text = (points: readonly Point[]) => points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')

/** Pieces of consecutive points; where a value is missing a new piece begins. */
function pieces(timesS: readonly number[], values: Values, { x, y }: Scale): Point[][] {
  const found: Point[][] = []
  let piece: Point[] = []
  for (const [index, value] of values.entries()) {
    const atS = timesS[index]
    if (value === null || atS === undefined) {
      if (piece.length > 0) found.push(piece)
      piece = []
    } else piece.push([x(atS), y(value)])
  }
  return piece.length > 0 ? [...found, piece] : found
}

/** The path of a line. A point alone is a dash, so that it can be seen. */
export const linePath = (timesS: readonly number[], values: Values, scale: Scale): string =>
  pieces(timesS, values, scale)
    .map(points => (points.length === 1 ? `M${text(points)}h2` : `M${text(points)}`))
    .join('')

/** The path of the area between two lines with the same gaps. */
export function areaPath(timesS: readonly number[], low: Values, high: Values, scale: Scale): string {
  const [below, above] = [pieces(timesS, low, scale), pieces(timesS, high, scale)]
  return above
    .map((points, index) => `M${text(points)}L${text([...(below[index] ?? [])].reverse())}Z`)
    .join('')
}

/** Index of the time that is nearest; undefined: there is none within `mostS`. */
export function nearestIndex(timesS: readonly number[], atS: number, mostS: number): number | undefined {
  let nearest: number | undefined
  let best = mostS
  for (const [index, time] of timesS.entries()) {
    const distance = Math.abs(time - atS)
    if (distance <= best) {
      best = distance
      nearest = index
    }
  }
  return nearest
}
