import type { ConnectionStats, EngineEvent } from '../engine/contract.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { RefusalEvents, type RefusalEventsOptions } from './refusal-events.ts'
import { SessionEvents, type SessionEventsOptions } from './session-events.ts'
import { StallWatch, type StallWatchOptions } from './stall-watch.ts'

export interface RelayEventsOptions extends SessionEventsOptions, RefusalEventsOptions, StallWatchOptions {
  /** Whoever is live, by the same events as this. */
  connections: () => readonly ConnectionStats[]
  clock: SessionEventsOptions['clock']
  log: Pick<Logger, 'error'>
}

const CHECK_INTERVAL_MS = 1000

/** What the engine tells, and what can be seen of it, as events. */
export class RelayEvents {
  readonly #options: RelayEventsOptions
  readonly #sessions: SessionEvents
  readonly #refusals: RefusalEvents
  readonly #stalls: StallWatch
  #timer: NodeJS.Timeout | undefined

  constructor(options: RelayEventsOptions) {
    this.#options = options
    this.#sessions = new SessionEvents(options)
    this.#refusals = new RefusalEvents(options)
    this.#stalls = new StallWatch(options)
  }

  start(): void {
    this.#timer = setInterval(() => this.check(), CHECK_INTERVAL_MS).unref()
  }

  /** After the engine's last event. */
  stop(): void {
    clearInterval(this.#timer)
    this.#refusals.flush()
  }

  /** After whoever keeps `connections` has had the batch. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      if (event.type === 'refused') this.#refusals.onEvent(event)
      else this.#sessions.onEvent(event)
    }
  }

  /** Each second. */
  check(): void {
    this.#refusals.check()
    try {
      const connections = this.#options.connections()
      this.#sessions.check(connections)
      this.#stalls.check(
        connections.filter(
          ({ role, connectionId }) => role === 'publish' && this.#sessions.isOnAir(connectionId),
        ),
      )
    } catch (error) {
      // On the way down there is nobody left to look at.
      if (error instanceof AppError && error.code === 'ENGINE_STOPPED') return
      this.#options.log.error({ err: error }, 'the live sessions could not be looked at')
    }
  }
}
