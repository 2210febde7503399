import type { Clock } from './clock.ts'

interface Part {
  name: string
  stop: () => Promise<void> | void
}

export interface StopReport {
  /** Parts that did not stop before the deadline, or whose stop failed, with the reason. */
  failed: { name: string; reason: string }[]
}

/** Parts that were started in order and are stopped in reverse order, all within one deadline. */
export class Lifecycle {
  readonly #parts: Part[] = []
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Call it as soon as the part runs, so that a later failure to start stops this one. */
  started(name: string, stop: Part['stop']): void {
    this.#parts.push({ name, stop })
  }

  /** A part that hangs is named and left behind; the parts below it still get what is left of the time. */
  async stop(deadlineMs: number): Promise<StopReport> {
    const endMs = this.#clock.monotonicMs() + deadlineMs
    const failed: StopReport['failed'] = []
    for (const part of this.#parts.splice(0).reverse()) {
      // A part below a hung one still gets a moment: the store must be closed whatever the network does.
      const leftMs = Math.max(250, endMs - this.#clock.monotonicMs())
      const reason = await outcome(part, leftMs)
      if (reason !== undefined) failed.push({ name: part.name, reason })
    }
    return { failed }
  }
}

async function outcome(part: Part, leftMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`still busy after ${Math.round(leftMs)} ms`), leftMs)
  })
  try {
    return await Promise.race([Promise.resolve(part.stop()).then(() => undefined), late])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
}
