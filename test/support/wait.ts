import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  deadlineMs: number
  /** Names the condition in the error, e.g. 'the player to be connected'. */
  what: string
  everyMs?: number
}

type Falsy = false | 0 | '' | null | undefined

/** Asks until the answer is truthy, and returns it. Throws when the deadline passes or the condition throws. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { deadlineMs, what, everyMs = 20 }: UntilOptions,
): Promise<Exclude<T, Falsy>> {
  const endMs = performance.now() + deadlineMs
  for (;;) {
    const answer = await condition()
    // TypeScript does not narrow a type parameter by truth.
    if (answer) return answer as Exclude<T, Falsy>
    if (performance.now() >= endMs) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`)
    await sleep(everyMs)
  }
}
