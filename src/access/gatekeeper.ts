import type { ConnectionIdentity, EngineEvent, Route } from '../engine/contract.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { RouteIndex } from './route-index.ts'
import { routesOf, type StreamIdPair } from './routes.ts'
import { SerialQueue } from './serial-queue.ts'
import { streamIdProblem } from './stream-id-rules.ts'

const POLL_INTERVAL_MS = 1000

export interface RouteEngine {
  setRoutes(version: number, routes: readonly Route[]): void
  kick(connectionId: number): boolean
}

export interface ListedStreamId extends StreamIdPair {
  description: string | null
}

export interface NewStreamId {
  publisher: string
  player: string
  description?: string | undefined
}

export interface StreamIdStore {
  all(): Promise<ListedStreamId[]>
  add(entry: NewStreamId): Promise<void>
  remove(player: string): Promise<boolean>
}

/** Tells whether another process has written: the number changes. */
export interface ChangeCounter {
  dataVersion(): number
}

export type LiveConnection = Pick<ConnectionIdentity, 'connectionId' | 'role' | 'streamId' | 'streamKey'>

export interface GatekeeperOptions {
  engine: RouteEngine
  streamIds: StreamIdStore
  changes: ChangeCounter
  /** Read anew with the routes when another process wrote. */
  keys: { reload(): Promise<void> }
  /** Everybody whose 'connected' event has been delivered and who hasn't gone. */
  connections: () => Iterable<LiveConnection>
  log: Logger
  /** Default 1000. */
  pollIntervalMs?: number
}

/** Keeps the engine's route table equal to the stored stream IDs. While the store fails nothing is opened. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions
  readonly #queue = new SerialQueue()
  #index = new RouteIndex([])
  #version = 0
  #warnings = ''
  #seenDataVersion = Number.NaN
  /** The store was changed and couldn't be read afterwards. */
  #isStale = false
  #isPolling = false
  #isPollFailing = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: GatekeeperOptions) {
    this.#options = options
  }

  /** Loads the table and from then on looks for other processes' changes. Throws what store and engine throw. */
  async start(): Promise<void> {
    this.#seenDataVersion = this.#options.changes.dataVersion()
    await this.refresh()
    // Whatever was written since the keys were read first would otherwise wait for the next change.
    await this.#options.keys.reload()
    const intervalMs = this.#options.pollIntervalMs ?? POLL_INTERVAL_MS
    this.#timer = setInterval(() => void this.poll(), intervalMs).unref()
  }

  /** No change goes in after this; resolves when those under way are done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#queue.run(async () => undefined)
  }

  /** Throws STORE_UNAVAILABLE. */
  list(): Promise<ListedStreamId[]> {
    return this.#options.streamIds.all()
  }

  /** Both may connect once it resolves. Throws BODY_INVALID, STREAM_ID_EXISTS, STORE_UNAVAILABLE. */
  async add(entry: NewStreamId): Promise<void> {
    for (const field of ['publisher', 'player'] as const) {
      const problem = streamIdProblem(entry[field])
      if (problem !== undefined) throw new AppError('BODY_INVALID', `${field} ${problem}`)
    }
    await this.#queue.run(async () => {
      await this.#options.streamIds.add(entry)
      await this.#load()
    })
  }

  /** Ends the sessions that it orphans. False: there is no such player. Throws STORE_UNAVAILABLE. */
  remove(player: string): Promise<boolean> {
    return this.#queue.run(async () => {
      const isRemoved = await this.#options.streamIds.remove(player)
      if (isRemoved) await this.#load()
      return isRemoved
    })
  }

  /** Makes the table equal to the store. On failure the table stays as it was. */
  refresh(): Promise<void> {
    return this.#queue.run(() => this.#load())
  }

  /** Refreshes if another process wrote. Never throws: a failure is logged once until it is over. */
  async poll(): Promise<void> {
    if (this.#isPolling) return
    this.#isPolling = true
    const { changes, keys, log } = this.#options
    try {
      // Read before the rows, so that a change in between is found by the next poll.
      const dataVersion = changes.dataVersion()
      if (dataVersion !== this.#seenDataVersion || this.#isStale) {
        await this.refresh()
        await keys.reload()
        this.#seenDataVersion = dataVersion
      }
      if (this.#isPollFailing) log.info('stream IDs and API keys are read again')
      this.#isPollFailing = false
    } catch (error) {
      if (!this.#isPollFailing) {
        log.error({ err: error }, `stream IDs and API keys stay as they are: ${messageOf(error)}`)
      }
      this.#isPollFailing = true
    } finally {
      this.#isPolling = false
    }
  }

  /** The stream that a player's stream ID plays; undefined: nobody knows the ID. From memory. */
  hasPlayer(player: string): string | undefined {
    return this.#index.streamKeyOf('play', player)
  }

  /** For the engine's events, after whoever keeps `connections` has had them. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      // Admitted by a table that was replaced before the session was reported.
      if (event.type === 'connected') this.#kickIfOrphan(event)
      if (event.type === 'resync') this.#kickOrphans()
    }
  }

  async #load(): Promise<void> {
    this.#isStale = true
    const { routes, warnings } = routesOf(await this.#options.streamIds.all())
    this.#warn(warnings)
    const index = new RouteIndex(routes)
    if (this.#version === 0 || !index.equals(this.#index)) {
      this.#options.engine.setRoutes(this.#version + 1, routes)
      this.#version += 1
      this.#index = index
      this.#kickOrphans()
    }
    this.#isStale = false
  }

  #kickOrphans(): void {
    for (const connection of [...this.#options.connections()]) this.#kickIfOrphan(connection)
  }

  #kickIfOrphan({ connectionId, role, streamId, streamKey }: LiveConnection): void {
    if (this.#index.streamKeyOf(role, streamId) === streamKey) return
    if (!this.#options.engine.kick(connectionId)) return
    this.#options.log.info({ connectionId, role }, 'ended: its stream ID was removed')
  }

  #warn(warnings: readonly string[]): void {
    const text = warnings.join('\n')
    if (text !== this.#warnings)
      for (const warning of warnings) this.#options.log.warn(`${warning}; left out`)
    this.#warnings = text
  }
}
