interface SparklineProps {
  values: readonly number[]
  /** How many fit: fewer leave room at the left. */
  most: number
}

const WIDTH = 100
const HEIGHT = 26

/** A small line of the last values, from zero to their greatest; the numbers themselves stand beside it. */
export function Sparkline({ values, most }: SparklineProps) {
  const shown = values.slice(-most)
  if (shown.length < 2) return <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />
  const top = Math.max(...shown, 1)
  const step = WIDTH / (most - 1)
  const points = shown.map((value, index) => {
    const x = WIDTH - (shown.length - 1 - index) * step
    return `${x.toFixed(1)},${(HEIGHT - 1.5 - (value / top) * (HEIGHT - 4)).toFixed(1)}`
  })
  const left = (WIDTH - (shown.length - 1) * step).toFixed(1)
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`${left},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  )
}
