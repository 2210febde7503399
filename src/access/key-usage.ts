import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

const WRITE_INTERVAL_MS = 3000

export interface UsageStore {
  touch(uses: readonly { id: number; atMs: number }[]): Promise<void>
}

/** When each key was last used, written for all keys at once instead of at each request. */
export class KeyUsage {
  readonly #store: UsageStore
  readonly #log: Logger | undefined
  readonly #lastUseMs = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined
  #isFailing = false

  constructor(store: UsageStore, log: Logger | undefined) {
    this.#store = store
    this.#log = log
  }

  note(id: number, atMs: number): void {
    this.#lastUseMs.set(id, atMs)
    this.#timer ??= setTimeout(() => void this.write(), WRITE_INTERVAL_MS).unref()
  }

  /** Writes now. What fails is kept for the next time; never throws. */
  async write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lastUseMs.size === 0) return
    const uses = [...this.#lastUseMs].map(([id, atMs]) => ({ id, atMs }))
    this.#lastUseMs.clear()
    try {
      await this.#store.touch(uses)
      this.#isFailing = false
    } catch (error) {
      this.#keep(uses)
      if (!this.#isFailing) this.#log?.warn({ err: error }, `last_used can't be written: ${messageOf(error)}`)
      this.#isFailing = true
    }
  }

  /** The next use of any key brings these along. */
  #keep(uses: readonly { id: number; atMs: number }[]): void {
    for (const { id, atMs } of uses) {
      if (!this.#lastUseMs.has(id)) this.#lastUseMs.set(id, atMs)
    }
  }
}
