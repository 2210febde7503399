import { type EngineEvent, REFUSE_CODES, type RefuseReason, type Role } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { splitPeer } from '../lib/peer-address.ts'
import { roleByName } from './listener-role.ts'
import { refusalSentence } from './refusal-sentences.ts'

export interface RefusalFilter {
  /** The IP address the peer came from. */
  address?: string
  reason?: string
  /** Which stream IDs the reader may know. */
  isVisible?: (streamId: string, role: Role) => boolean
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** One refused peer, or the same one again and again. */
export interface Refusal {
  /** Rises with each entry, and an entry that is refused again gets a new one: the highest is the newest. */
  id: number
  /** Unix milliseconds. */
  firstAtMs: number
  lastAtMs: number
  count: number
  listener: string
  role: Role
  address: string
  port: string
  /** As the peer sent it, without a play token; whoever shows it must mask it. */
  streamId: string
  reason: RefuseReason
  /** The SRT reject code the peer saw; 0: a close after the handshake. */
  code: number
  /** Cause and mend in one sentence. */
  sentence: string
  /** What the peer asked for; null: unknown. */
  latencyMs: number | null
  encryption: 'unknown' | 'none' | 'encrypted'
}

export interface RefusalPage {
  /** Newest first; one more than `limit` tells that there is another page. */
  rows: readonly Refusal[]
}

export interface RefusalJournalOptions {
  /** Undefined: the listener is no longer configured. */
  roleOf: (listener: string) => Role | undefined
  clock: Pick<Clock, 'monotonicMs'>
  /** Entries, at least 1. Default 1000. */
  capacity?: number
}

type RefusedEvent = Extract<EngineEvent, { type: 'refused' }>

interface Entry {
  refusal: Refusal
  /** What makes it the same refusal again. */
  key: string
  /** Monotonic; of the last refusal. */
  lastMs: number
}

const CAPACITY = 1000
/** Whoever is refused again within this time is still making the same attempt. */
const MERGE_WINDOW_MS = 60_000
/** An address with more than this part of a full journal loses its own entries first. */
const SHARE_OF_ONE_ADDRESS = 0.2

/** Who was refused lately, and why. In memory, and bounded however long a flood goes on. */
export class RefusalJournal {
  readonly #roleOf: (listener: string) => Role | undefined
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #capacity: number
  /** By ID, the oldest first. */
  readonly #entries = new Map<number, Entry>()
  /** The IDs of each address, the oldest first. */
  readonly #byAddress = new Map<string, Set<number>>()
  /** The last ID of each key. */
  readonly #byKey = new Map<string, number>()
  #lastId = 0

  constructor({ roleOf, clock, capacity = CAPACITY }: RefusalJournalOptions) {
    this.#roleOf = roleOf
    this.#clock = clock
    this.#capacity = Math.max(1, capacity)
  }

  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) if (event.type === 'refused') this.#add(event)
  }

  list({ address, reason, isVisible, beforeId = Infinity, limit }: RefusalFilter): RefusalPage {
    const isWanted = (refusal: Refusal) =>
      refusal.id < beforeId &&
      (address === undefined || refusal.address === address) &&
      (reason === undefined || refusal.reason === reason) &&
      (isVisible === undefined || isVisible(refusal.streamId, refusal.role))
    const newestFirst = [...this.#entries.values()].reverse().map(({ refusal }) => refusal)
    return { rows: newestFirst.filter(isWanted).slice(0, limit + 1) }
  }

  #add(event: RefusedEvent): void {
    const { ip: address } = splitPeer(event.lastPeer)
    const key = JSON.stringify([event.listener, event.reason, address, event.lastStreamId])
    const before = this.#takeOut(key)
    this.#lastId += 1
    const refusal = this.#refusalOf(event, before)
    this.#entries.set(this.#lastId, { refusal, key, lastMs: this.#clock.monotonicMs() })
    this.#byKey.set(key, this.#lastId)
    const ids = this.#byAddress.get(address)
    if (ids === undefined) this.#byAddress.set(address, new Set([this.#lastId]))
    else ids.add(this.#lastId)
    if (this.#entries.size > this.#capacity) this.#remove(this.#mostDispensable())
  }

  /** The entry that goes on with the next refusal of this key. */
  #takeOut(key: string): Refusal | undefined {
    const id = this.#byKey.get(key)
    const entry = id === undefined ? undefined : this.#entries.get(id)
    if (entry === undefined || this.#clock.monotonicMs() - entry.lastMs >= MERGE_WINDOW_MS) return undefined
    this.#remove(entry.refusal.id)
    return entry.refusal
  }

  #refusalOf(event: RefusedEvent, before: Refusal | undefined): Refusal {
    const { listener, reason, atMs, encryption } = event
    const { ip: address, port } = splitPeer(event.lastPeer)
    const role = this.#roleOf(listener) ?? before?.role ?? roleByName(listener)
    const latencyMs = event.latencyMs < 0 ? null : event.latencyMs
    return {
      id: this.#lastId,
      firstAtMs: Math.min(before?.firstAtMs ?? atMs, atMs),
      lastAtMs: atMs,
      count: (before?.count ?? 0) + event.count,
      ...{ listener, role, address, port, reason, latencyMs, encryption },
      streamId: event.lastStreamId,
      code: REFUSE_CODES[reason],
      sentence: refusalSentence(reason, { role, latencyMs, encryption }),
    }
  }

  /** So that one address that tries many stream IDs doesn't push everybody else out. */
  #mostDispensable(): number {
    let largest: ReadonlySet<number> | undefined
    for (const ids of this.#byAddress.values()) if (ids.size > (largest?.size ?? 0)) largest = ids
    const isGreedy = (largest?.size ?? 0) > this.#capacity * SHARE_OF_ONE_ADDRESS
    const [oldest = this.#lastId] = (isGreedy ? largest : undefined) ?? this.#entries.keys()
    return oldest
  }

  #remove(id: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    if (this.#byKey.get(entry.key) === id) this.#byKey.delete(entry.key)
    const { address } = entry.refusal
    const ids = this.#byAddress.get(address)
    ids?.delete(id)
    if (ids?.size === 0) this.#byAddress.delete(address)
  }
}
