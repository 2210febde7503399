type Release = () => void

/** At most so many at once; who came first is served first. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves when there is one, to its return; undefined: the signal came first. */
  async take(signal?: AbortSignal): Promise<Release | undefined> {
    if (signal?.aborted) return undefined
    if (this.#free > 0) this.#free -= 1
    else if (!(await this.#wait(signal))) return undefined
    let isHeld = true
    return () => {
      if (isHeld) this.#giveBack()
      isHeld = false
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise(resolve => {
      const served = () => {
        signal?.removeEventListener('abort', left)
        resolve(true)
      }
      const left = () => {
        this.#waiting.splice(this.#waiting.indexOf(served), 1)
        resolve(false)
      }
      signal?.addEventListener('abort', left, { once: true })
      this.#waiting.push(served)
    })
  }

  /** Straight to the next in the queue, so that nobody can overtake it. */
  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}
