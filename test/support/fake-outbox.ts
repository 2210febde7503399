import type { EngineEvent } from '../../src/engine/contract.ts'
import type { Clock } from '../../src/lib/clock.ts'

type WithoutBase<E> = E extends EngineEvent ? Omit<E, 'seq' | 'atMs'> : never
export type EventBody = WithoutBase<EngineEvent>
type RefusedBody = Extract<EventBody, { type: 'refused' }>
export type Refusal = Pick<RefusedBody, 'listener' | 'reason' | 'lastPeer' | 'lastStreamId'> &
  Partial<Pick<RefusedBody, 'latencyMs' | 'encryption'>>

const MAX_BATCH = 256
const MAX_QUEUED = 4096
/** Distinct refusals a second; more of them share the line of their listener and reason. */
const MAX_COUNTED = 64

/** Events on their way out: numbered, in batches, never within the call that caused them. */
export class FakeOutbox {
  readonly #onEvents: (batch: EngineEvent[]) => void
  readonly #clock: Clock
  readonly #refusals = new Map<string, RefusedBody>()
  #queue: EngineEvent[] = []
  #isScheduled = false
  #hasLost = false
  #seq = 0

  constructor(onEvents: (batch: EngineEvent[]) => void, clock: Clock) {
    this.#onEvents = onEvents
    this.#clock = clock
  }

  get lastSeq(): number {
    return this.#seq
  }

  push(body: EventBody): void {
    this.#seq += 1
    if (this.#queue.length < MAX_QUEUED) this.#queue.push(this.#numbered(body))
    else this.#hasLost = true
    this.#schedule()
  }

  /** As if `count` events had not fitted in. */
  lose(count: number): void {
    this.#seq += count
    this.#hasLost = true
    this.#schedule()
  }

  /** Counted until reportRefusals(). */
  refused({ latencyMs = -1, encryption = 'unknown', ...refusal }: Refusal): void {
    const { listener, reason, lastPeer, lastStreamId } = refusal
    const own = JSON.stringify([listener, reason, lastPeer.replace(/:\d+$/, ''), lastStreamId])
    const hasRoom = this.#refusals.size < MAX_COUNTED || this.#refusals.has(own)
    const key = hasRoom ? own : JSON.stringify([listener, reason])
    const count = (this.#refusals.get(key)?.count ?? 0) + 1
    this.#refusals.set(key, { type: 'refused', ...refusal, count, latencyMs, encryption })
  }

  reportRefusals(): void {
    for (const refusal of this.#refusals.values()) this.push(refusal)
    this.#refusals.clear()
  }

  /** Resolves when nothing is on its way any more. */
  async delivered(): Promise<void> {
    while (this.#isScheduled) await new Promise(resolve => setImmediate(resolve))
  }

  #numbered(body: EventBody): EngineEvent {
    return { ...body, seq: this.#seq, atMs: this.#clock.nowMs() }
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#deliver())
  }

  #deliver(): void {
    const batch = this.#queue.splice(0, MAX_BATCH)
    if (this.#hasLost && batch.length < MAX_BATCH) {
      this.#hasLost = false
      this.#seq += 1
      batch.push(this.#numbered({ type: 'resync' }))
    }
    this.#isScheduled = false
    if (this.#queue.length > 0 || this.#hasLost) this.#schedule()
    if (batch.length > 0) this.#onEvents(batch)
  }
}
