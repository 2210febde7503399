import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface Windowed<T> {
  element: RefObject<HTMLUListElement | null>
  shown: readonly T[]
  /** Index of the first that is shown. */
  first: number
  /** Pixels of those that are not shown. */
  before: number
  after: number
}

/** Below so many all are shown, and nothing has to have a known height. */
const FEW = 150
const OVERSCAN_PX = 600

/** Of a long list the part that can be seen. `heightOf` in pixels, as the style sheet has it. */
export function useWindow<T>(items: readonly T[], heightOf: (item: T) => number): Windowed<T> {
  const element = useRef<HTMLUListElement>(null)
  const [view, setView] = useState({ top: 0, height: 1000 })
  const isLong = items.length > FEW
  useLayoutEffect(() => {
    if (!isLong) return
    const look = () => {
      const top = -(element.current?.getBoundingClientRect().top ?? 0)
      // Not each pixel is worth a rendering.
      const step = OVERSCAN_PX / 3
      setView(before => {
        const next = { top: Math.round(top / step) * step, height: window.innerHeight }
        return before.top === next.top && before.height === next.height ? before : next
      })
    }
    look()
    window.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look)
    return () => {
      window.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [isLong])
  if (!isLong) return { element, shown: items, first: 0, before: 0, after: 0 }
  const from = view.top - OVERSCAN_PX
  const to = view.top + view.height + OVERSCAN_PX
  let [y, first, before, after] = [0, 0, 0, 0]
  const shown: T[] = []
  for (const [index, item] of items.entries()) {
    const height = heightOf(item)
    if (y + height < from) {
      before += height
      first = index + 1
    } else if (y > to) after += height
    else shown.push(item)
    y += height
  }
  return { element, shown, first, before, after }
}
