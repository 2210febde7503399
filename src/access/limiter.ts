/** Runs tasks with at most so many at once; the others wait in order, and too many of them are turned away. */
export class Limiter {
  readonly #maxRunning: number
  readonly #maxWaiting: number
  readonly #waiting: (() => Promise<void>)[] = []
  #runningCount = 0
  #idleWaiters: (() => void)[] = []

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning
    this.#maxWaiting = maxWaiting
  }

  /** Running and waiting. */
  get count(): number {
    return this.#runningCount + this.#waiting.length
  }

  /** False: turned away. The task must not throw. */
  tryRun(task: () => Promise<void>): boolean {
    if (this.#runningCount < this.#maxRunning) {
      void this.#start(task)
      return true
    }
    if (this.#waiting.length >= this.#maxWaiting) return false
    this.#waiting.push(task)
    return true
  }

  /** Resolves when nothing runs or waits, at the latest after this time. */
  async idle(deadlineMs: number): Promise<void> {
    if (this.count === 0) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, deadlineMs)
      this.#idleWaiters.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async #start(task: () => Promise<void>): Promise<void> {
    this.#runningCount += 1
    await task()
    this.#runningCount -= 1
    const next = this.#waiting.shift()
    if (next) void this.#start(next)
    else if (this.#runningCount === 0) for (const wake of this.#idleWaiters.splice(0)) wake()
  }
}
