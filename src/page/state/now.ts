import { signal } from '@preact/signals'

const TICK_MS = 1000

/** The time for everything on the screen that says how long ago something was. */
export const nowMs = signal(Date.now())

setInterval(() => {
  if (!document.hidden) nowMs.value = Date.now()
}, TICK_MS)
