import { useEffect, useRef } from 'preact/hooks'
import { eventGaps, eventState, onServerEvent } from '../../../state/events.ts'

/** A flood of events must not use up the key's rate limit. */
const LEAST_MS = 5000
const SLOW_MS = 20_000

/** How often to ask: seldom while the server tells by itself what is new. */
export const paceOf = (everyMs: number): number => (eventState.value === 'on' ? SLOW_MS : everyMs)

/** Loads again when the server tells of an event whose type begins so: at once, then at most every five seconds. */
export function useReloadOn(types: string, reload: () => void): void {
  const latest = useRef(reload)
  latest.current = reload
  useEffect(() => {
    let lastMs = Number.NEGATIVE_INFINITY
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = () => {
      timer = undefined
      lastMs = performance.now()
      latest.current()
    }
    const plan = () => {
      timer ??= setTimeout(run, Math.max(0, lastMs + LEAST_MS - performance.now()))
    }
    const stop = onServerEvent(({ type }) => {
      if (type.startsWith(types)) plan()
    })
    const gapsBefore = eventGaps.peek()
    const stopGaps = eventGaps.subscribe(count => {
      if (count !== gapsBefore) plan()
    })
    return () => {
      stop()
      stopGaps()
      clearTimeout(timer)
    }
  }, [types])
}
