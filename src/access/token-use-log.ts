import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

const WRITE_INTERVAL_MS = 500
/** A store that has failed for so long keeps the latest. */
const MOST_WAITING = 100_000

interface Use {
  tokenId: string
  /** Unix seconds. */
  expiresAtS: number
}

export interface TokenUseStore {
  /** Those of tokens that haven't expired. */
  all(nowS: number): Promise<readonly { tokenId: string; useCount: number; expiresAtS: number }[]>
  add(uses: readonly Use[]): Promise<void>
}

/** Writes the uses of play tokens with a limit, many at once and off the path of the events. */
export class TokenUseLog {
  readonly #store: TokenUseStore
  readonly #log: Logger
  #waiting: Use[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isFailing = false
  #isStopped = false

  constructor(store: TokenUseStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  note(use: Use): void {
    this.#waiting.push(use)
    if (this.#isStopped) void this.#write()
    else this.#schedule()
  }

  /** Writes what waits; what comes later is written at once. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isStopped = true
    await this.#write()
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#write()
    }, WRITE_INTERVAL_MS).unref()
  }

  /** What fails is kept for the next time; never throws. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const uses = this.#waiting.splice(0)
      if (uses.length === 0) return
      try {
        await this.#store.add(uses)
        this.#isFailing = false
      } catch (error) {
        this.#waiting = [...uses, ...this.#waiting].slice(-MOST_WAITING)
        if (!this.#isFailing)
          this.#log.warn({ err: error }, `uses of play tokens can't be written: ${messageOf(error)}`)
        this.#isFailing = true
        this.#schedule()
      }
    })
    return this.#writing
  }
}
