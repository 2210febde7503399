import type { ConnectionIdentity, EngineEvent } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { maskId } from '../lib/mask.ts'
import { Limiter } from './limiter.ts'
import { LineLimit } from './line-limit.ts'
import { callHook, type Hook, type HookEvent } from './webhook.ts'

const MAX_ASKING = 64
const MAX_NOTIFYING = 16
const MAX_NOTICES_WAITING = 10_000
const SETTLE_MS = 5000
const LOG_LINES_PER_SECOND = 10

export interface Decider {
  decide(connectionId: number, verdict: 'admit' | 'refuse'): boolean
}

export interface ApprovalsOptions {
  engine: Decider
  /** The on_event_url of a listener as it is now; undefined: none. */
  hookOf: (listener: string) => Hook | undefined
  /** The connections that live now, to find those whose end was lost in a flood of events. */
  connections: () => Iterable<{ connectionId: number }>
  clock: Clock
  log: Logger
  /** After this, `connections` is right again in spite of lost events. Default 5000. */
  settleMs?: number
}

export interface ApprovalCounts {
  admitted: number
  refused: number
  /** on_close delivered, failed, and not even tried because too many waited. */
  notified: number
  notifyFailed: number
  notifyDropped: number
}

interface Guest {
  readonly identity: ConnectionIdentity
  readonly hook: Hook
  isAdmitted: boolean
  isGone: boolean
}

/** Asks on_event_url about each parked connection, and tells it when one that it admitted has gone. */
export class Approvals {
  readonly #options: ApprovalsOptions
  readonly #guests = new Map<number, Guest>()
  readonly #asking = new Limiter(MAX_ASKING, Number.POSITIVE_INFINITY)
  readonly #notifying = new Limiter(MAX_NOTIFYING, MAX_NOTICES_WAITING)
  readonly #lines: LineLimit
  readonly #counts: ApprovalCounts = {
    admitted: 0,
    refused: 0,
    notified: 0,
    notifyFailed: 0,
    notifyDropped: 0,
  }

  constructor(options: ApprovalsOptions) {
    this.#options = options
    this.#lines = new LineLimit(options.clock, LOG_LINES_PER_SECOND)
  }

  get counts(): Readonly<ApprovalCounts> {
    return { ...this.#counts }
  }

  /** For the engine's events. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      if (event.type === 'approval-wanted') this.#arrived(event)
      if (event.type === 'disconnected') this.#left(event.connectionId)
      if (event.type === 'resync') this.#sweepLater()
    }
  }

  /** Waits for the notices under way, at most this long; resolves to the number of those left. */
  async idle(deadlineMs: number): Promise<number> {
    await this.#notifying.idle(deadlineMs)
    return this.#notifying.count
  }

  #arrived(identity: ConnectionIdentity): void {
    const hook = this.#options.hookOf(identity.listener)
    if (!hook) {
      this.#refuse(identity, 'its listener has no on_event_url any more')
      return
    }
    const guest: Guest = { identity, hook, isAdmitted: false, isGone: false }
    this.#guests.set(identity.connectionId, guest)
    this.#asking.tryRun(() => this.#ask(guest))
  }

  async #ask(guest: Guest): Promise<void> {
    const { identity } = guest
    if (guest.isGone) return
    const answer = await callHook(guest.hook, hookEvent('on_connect', identity))
    if (!answer.isAdmitted) {
      this.#guests.delete(identity.connectionId)
      this.#refuse(identity, answer.reason)
      return
    }
    guest.isAdmitted = true
    this.#counts.admitted += 1
    // It left while the hook was thinking, and the hook believes that it is there.
    if (guest.isGone) this.#notifyClosed(guest)
    else if (!this.#decide(identity, 'admit')) this.#left(identity.connectionId)
  }

  #refuse(identity: ConnectionIdentity, reason: string): void {
    this.#counts.refused += 1
    const { connectionId, listener, role, peer } = identity
    const streamId = role === 'play' ? identity.streamId : maskId(identity.streamId)
    this.#warn({ connectionId, listener, role, peer, streamId }, `refused: ${reason}`)
    this.#decide(identity, 'refuse')
  }

  /** False: the connection has gone. */
  #decide({ connectionId }: ConnectionIdentity, verdict: 'admit' | 'refuse'): boolean {
    try {
      return this.#options.engine.decide(connectionId, verdict)
    } catch (error) {
      // Only a stopped engine throws; it has closed the connection.
      this.#options.log.debug({ connectionId, err: error }, 'a verdict came too late')
      return false
    }
  }

  #left(connectionId: number): void {
    const guest = this.#guests.get(connectionId)
    if (!guest) return
    this.#guests.delete(connectionId)
    guest.isGone = true
    if (guest.isAdmitted) this.#notifyClosed(guest)
  }

  #notifyClosed({ identity, hook }: Guest): void {
    const isTaken = this.#notifying.tryRun(async () => {
      const { connectionId, listener } = identity
      const latest = this.#options.hookOf(listener) ?? hook
      const answer = await callHook(latest, hookEvent('on_close', identity))
      this.#counts[answer.isAdmitted ? 'notified' : 'notifyFailed'] += 1
      if (!answer.isAdmitted) {
        this.#warn({ connectionId, listener }, `on_close was not delivered: ${answer.reason}`)
      }
    })
    if (!isTaken) this.#counts.notifyDropped += 1
  }

  /** Events were lost, perhaps the end of one of those who are here now. */
  #sweepLater(): void {
    const suspects = [...this.#guests.values()].filter(guest => guest.isAdmitted)
    setTimeout(() => {
      const live = new Set([...this.#options.connections()].map(connection => connection.connectionId))
      for (const { identity } of suspects)
        if (!live.has(identity.connectionId)) this.#left(identity.connectionId)
    }, this.#options.settleMs ?? SETTLE_MS).unref()
  }

  #warn(fields: object, text: string): void {
    const line = this.#lines.take()
    if (!line) return
    const { suppressedCount } = line
    this.#options.log.warn(suppressedCount === 0 ? fields : { ...fields, suppressedCount }, text)
  }
}

function hookEvent(event: HookEvent['event'], { role, streamId, peer }: ConnectionIdentity): HookEvent {
  return { event, role, streamId, peer }
}
