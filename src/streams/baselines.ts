import { createHash } from 'node:crypto'
import type { ConnectionStats } from '../engine/contract.ts'
import { type Baseline, baselineOf } from './stats.ts'

/** What tells one reader of /stats from another. */
export interface ReaderIdentity {
  address: string
  userAgent: string
  /** The Authorization header; '' without one. */
  authorization: string
  /** The query parameter `client`: for readers that are alike in all the rest. */
  client: string
}

const MAX_ENTRIES = 1000

/** Where each reader's counters begin: two monitors that both reset don't take each other's numbers away. */
export class Baselines {
  readonly #maxEntries: number
  /** In the order of their last use, the oldest first. */
  readonly #entries = new Map<string, Baseline>()

  constructor(maxEntries: number = MAX_ENTRIES) {
    this.#maxEntries = maxEntries
  }

  /** Undefined: this reader never reset this session. */
  get(reader: ReaderIdentity, sample: ConnectionStats): Baseline | undefined {
    // Most readers never reset, and then there is nothing to look up.
    if (this.#entries.size === 0) return undefined
    const key = keyOf(reader, sample.streamKey)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.connectionId !== sample.connectionId) return undefined
    this.#entries.set(key, entry)
    return entry
  }

  /** From now on this reader counts from `sample`. */
  move(reader: ReaderIdentity, sample: ConnectionStats): void {
    const key = keyOf(reader, sample.streamKey)
    this.#entries.delete(key)
    this.#entries.set(key, baselineOf(sample))
    if (this.#entries.size <= this.#maxEntries) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }
}

/** Hashed, because it holds an API key and may be long. */
function keyOf({ address, userAgent, authorization, client }: ReaderIdentity, streamKey: string): string {
  const text = JSON.stringify([address, userAgent, authorization, client, streamKey])
  return createHash('sha256').update(text).digest('base64')
}
