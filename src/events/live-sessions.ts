import type { ConnectionIdentity } from '../engine/contract.ts'

/** A session that has begun and not ended, as far as events tell. */
export interface LiveSession {
  readonly identity: ConnectionIdentity
  /** Monotonic. */
  readonly sinceMs: number
  /** The players of its stream when it began. */
  readonly players: readonly string[]
  /** As of the last look at the live state. */
  bytes: number
}

/**
 * Who is live, and which publisher holds its stream: during a takeover a stream has two for a moment, and the newcomer
 * counts when the other has gone.
 */
export class LiveSessions {
  readonly #byId = new Map<number, LiveSession>()
  /** By stream key, the holder first. */
  readonly #publishers = new Map<string, LiveSession[]>()

  ids(): number[] {
    return [...this.#byId.keys()]
  }

  get(connectionId: number): LiveSession | undefined {
    return this.#byId.get(connectionId)
  }

  /** Whether it is a player, or the publisher that holds its stream. */
  counts({ identity }: LiveSession): boolean {
    return identity.role === 'play' || this.#holder(identity.streamKey)?.identity === identity
  }

  /** False: it is known already. */
  add(session: LiveSession): boolean {
    const { connectionId, role, streamKey } = session.identity
    if (this.#byId.has(connectionId)) return false
    this.#byId.set(connectionId, session)
    if (role === 'publish') {
      this.#publishers.set(streamKey, [...(this.#publishers.get(streamKey) ?? []), session])
    }
    return true
  }

  /** Returns who holds the stream now that didn't before. */
  remove({ identity }: LiveSession): LiveSession | undefined {
    const { connectionId, role, streamKey } = identity
    this.#byId.delete(connectionId)
    if (role === 'play') return undefined
    const before = this.#holder(streamKey)
    const left = (this.#publishers.get(streamKey) ?? []).filter(other => other.identity !== identity)
    if (left.length > 0) this.#publishers.set(streamKey, left)
    else this.#publishers.delete(streamKey)
    return left[0] === before ? undefined : left[0]
  }

  #holder(streamKey: string): LiveSession | undefined {
    return this.#publishers.get(streamKey)?.[0]
  }
}
