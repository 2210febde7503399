import { signal } from '@preact/signals'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import {
  areaPath,
  type Box,
  linePath,
  nearestIndex,
  type Scale,
  scaleOf,
  timeTicks,
  valueTicks,
} from './scale.ts'
import { momentLabel, tickLabel } from './time-label.ts'
import './graph.css'

type Values = readonly (number | null)[]

/** A moment, or a time, that somebody wrote something about. */
export interface Marker {
  atS: number
  untilS: number | null
}

export interface GraphProps {
  title: string
  /** One of the colours of the graphs. */
  colour: 1 | 2 | 3 | 4
  /** Unix seconds. */
  timesS: readonly number[]
  /** Null: nothing was measured. */
  values: Values
  /** What lay around them: drawn as an area. */
  around?: { low: Values; high: Values }
  /** A value as people read it. */
  format: (value: number) => string
  /** What the axis shows, in Unix seconds. */
  range: readonly [number, number]
  /** The axis goes up to this at least. */
  leastTop: number
  markers?: readonly Marker[]
}

const HEIGHT = 168
const MARGIN = { left: 74, right: 6, top: 8, bottom: 22 }
const PIXELS_A_TIME = 84
const MOST_VALUES = 4

/** Where the pointer is: all graphs of a page show the same moment. */
const hoveredS = signal<number | null>(null)

function useWidth() {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    const watcher = new ResizeObserver(() => setWidth(current.clientWidth))
    watcher.observe(current)
    setWidth(current.clientWidth)
    return () => watcher.disconnect()
  }, [])
  return { element, width }
}

const greatestOf = (values: Values) => values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)

function summaryOf({ values, format }: GraphProps): string {
  const known = values.filter(value => value !== null)
  const last = known.at(-1)
  if (last === undefined) return 'nothing was measured.'
  return `${format(last)} at the end, between ${format(Math.min(...known))} and ${format(Math.max(...known))} in the time shown.`
}

/** '8.00 Mbit/s' → '8 Mbit/s': the axis has round values. */
const short = (text: string) => text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '')

interface DrawnProps extends GraphProps {
  box: Box
  scale: Scale
  tops: readonly number[]
}

function Axes({ box, scale, tops, range, format }: DrawnProps) {
  const times = timeTicks(range[0], range[1], Math.floor(box.width / PIXELS_A_TIME))
  return (
    <>
      {tops.map(value => (
        <g key={`v${value}`}>
          <line
            class="graph-grid"
            x1={box.left}
            x2={box.left + box.width}
            y1={scale.y(value)}
            y2={scale.y(value)}
          />
          <text class="graph-tick" x={box.left - 8} y={scale.y(value) + 4} text-anchor="end">
            {short(format(value))}
          </text>
        </g>
      ))}
      {times.map(({ atS, stepS }) => (
        <text key={`t${atS}`} class="graph-tick" x={scale.x(atS)} y={HEIGHT - 5} text-anchor="middle">
          {tickLabel(atS, stepS)}
        </text>
      ))}
    </>
  )
}

function Markers({ box, scale, markers = [], range }: DrawnProps) {
  const bottom = box.top + box.height
  return markers.map(({ atS, untilS }) => {
    const [from, to] = [Math.max(atS, range[0]), Math.min(untilS ?? atS, range[1])]
    if (from > range[1] || to < range[0]) return null
    return (
      <g key={`${atS} ${untilS}`} class="graph-marker">
        <rect
          x={scale.x(from)}
          y={box.top}
          width={Math.max(0, scale.x(to) - scale.x(from))}
          height={box.height}
        />
        <line x1={scale.x(from)} x2={scale.x(from)} y1={box.top} y2={bottom} />
        <path d={`M${scale.x(from) - 4} ${box.top}h8l-4 6z`} />
      </g>
    )
  })
}

function Curves({ scale, timesS, values, around }: DrawnProps) {
  const zeros = values.map(value => (value === null ? null : 0))
  const { low, high } = around ?? { low: zeros, high: values }
  return (
    <>
      <path class="graph-area" d={areaPath(timesS, low, high, scale)} />
      <path class="graph-line" d={linePath(timesS, values, scale)} />
    </>
  )
}

/** A measurement over time. Readers of the screen get it as a sentence. */
export function Graph(props: GraphProps) {
  const { title, colour, timesS, values, around, format, range, leastTop } = props
  const { element, width } = useWidth()
  const top = Math.max(
    leastTop,
    greatestOf(values) * 1.05,
    around === undefined ? 0 : greatestOf(around.high),
  )
  const tops = valueTicks(top, MOST_VALUES)
  const box = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(10, width - MARGIN.left - MARGIN.right),
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  }
  const scale = scaleOf(box, range, tops.at(-1) ?? top)
  const reachS = ((range[1] - range[0]) / box.width) * 24
  const pointed = hoveredS.value === null ? undefined : nearestIndex(timesS, hoveredS.value, reachS)
  const pointedS = pointed === undefined ? undefined : timesS[pointed]
  const pointedValue = pointed === undefined ? null : (values[pointed] ?? null)
  const last = values.findLast(value => value !== null) ?? null
  const shown = pointedS === undefined ? last : pointedValue
  const point = (event: PointerEvent & { currentTarget: Element }) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    hoveredS.value = range[0] + ((event.clientX - left - box.left) / box.width) * (range[1] - range[0])
  }
  return (
    <figure class={`graph graph-${colour}`}>
      <figcaption>
        <span class="graph-title">{title}</span>
        <span class="graph-value number">{shown === null ? '–' : format(shown)}</span>
        <span class="graph-when muted number">{pointedS !== undefined && momentLabel(pointedS)}</span>
        <span class="visually-hidden">: {summaryOf(props)}</span>
      </figcaption>
      <div ref={element} class="graph-frame">
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            aria-hidden="true"
            onPointerMove={point}
            onPointerLeave={() => {
              hoveredS.value = null
            }}
          >
            <Axes {...props} box={box} scale={scale} tops={tops} />
            <Curves {...props} box={box} scale={scale} tops={tops} />
            <Markers {...props} box={box} scale={scale} tops={tops} />
            {pointedS !== undefined && (
              <line
                class="graph-pointer"
                x1={scale.x(pointedS)}
                x2={scale.x(pointedS)}
                y1={box.top}
                y2={box.top + box.height}
              />
            )}
            {pointedS !== undefined && pointedValue !== null && (
              <circle class="graph-point" cx={scale.x(pointedS)} cy={scale.y(pointedValue)} r="4" />
            )}
          </svg>
        )}
      </div>
    </figure>
  )
}
