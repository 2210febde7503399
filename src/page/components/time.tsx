import { localTime, relative } from '../lib/format.ts'
import { nowMs } from '../state/now.ts'

/** How long ago, or how soon; the full date and time as a tooltip. `at`: ISO 8601, null: `none`. */
export function Time({ at, none = 'never' }: { at: string | null; none?: string }) {
  const atMs = at === null ? Number.NaN : Date.parse(at)
  if (at === null || Number.isNaN(atMs)) return <span class="muted">{none}</span>
  return (
    <time dateTime={at} title={localTime(atMs)}>
      {relative(atMs, nowMs.value)}
    </time>
  )
}
