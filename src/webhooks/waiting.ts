/** Calls back after a time; what it returns takes the call back. */
export type Schedule = (callback: () => void, delayMs: number) => () => void

export const realSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs).unref()
  return () => clearTimeout(timer)
}

/** Resolves after a time, or with the signal. */
export function wait(delayMs: number, schedule: Schedule, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = schedule(end, delayMs)
    signal.addEventListener('abort', end, { once: true })
  })
}

/** Wakes one that waits; a call while nobody waits counts for the next wait. */
export class Bell {
  #hasRung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#hasRung = true
    this.#wake?.()
  }

  /** What rang until now is over. */
  reset(): void {
    this.#hasRung = false
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (this.#hasRung || signal.aborted) return
    await new Promise<void>(resolve => {
      const end = () => {
        signal.removeEventListener('abort', end)
        this.#wake = undefined
        resolve()
      }
      this.#wake = end
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
