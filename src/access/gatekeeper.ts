import type { EngineEvent, Route, RouteName } from '../engine/contract.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type LiveConnection, lostRight } from './entitlement.ts'
import { networkCheck } from './networks.ts'
import { RouteIndex } from './route-index.ts'
import { routesOf, type StreamIdRecord } from './routes.ts'
import { SerialQueue } from './serial-queue.ts'

const POLL_INTERVAL_MS = 1000

export type { LiveConnection } from './entitlement.ts'

export interface RouteEngine {
  setRoutes(version: number, routes: readonly Route[]): void
  changeRoutes(version: number, gone: readonly RouteName[], put: readonly Route[]): void
  kick(connectionId: number): boolean
}

/** What the table is made of. */
export interface RouteSource {
  all(): Promise<readonly StreamIdRecord[]>
  ofPublishers(publishers: readonly string[]): Promise<readonly StreamIdRecord[]>
}

/** Tells whether another process has written: the number changes. */
export interface ChangeCounter {
  dataVersion(): number
}

export interface GatekeeperOptions {
  engine: RouteEngine
  streamIds: RouteSource
  changes: ChangeCounter
  /** Read anew with the routes when another process wrote. */
  keys: { reload(): Promise<void> }
  /** Everybody whose 'connected' event has been delivered and who hasn't gone. */
  connections: () => Iterable<LiveConnection>
  log: Logger
  /** Default 1000. */
  pollIntervalMs?: number
}

/** What a change of the store has touched. */
export type Touched = 'nothing' | 'everything' | { publishers: readonly string[] }

/** Keeps the engine's route table equal to the stored stream IDs. While the store fails nothing is opened. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions
  readonly #queue = new SerialQueue()
  readonly #isWithin = networkCheck()
  #index = new RouteIndex([])
  #version = 0
  #warnings: readonly string[] = []
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

  /** Changes the store by `task` and makes the table equal to it; both have happened when this resolves. */
  change<T>(task: () => Promise<{ value: T; touched: Touched }>): Promise<T> {
    return this.#queue.run(async () => {
      const { value, touched } = await task()
      if (touched === 'everything') await this.#loadAll()
      else if (touched !== 'nothing') await this.#loadOf(touched.publishers)
      return value
    })
  }

  /** Makes the table equal to the store. On failure the table stays as it was. */
  refresh(): Promise<void> {
    return this.change(async () => ({ value: undefined, touched: 'everything' }))
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
    return this.#index.find('play', player)?.streamKey
  }

  /** The players of a stream, in the order in which they were added. From memory. */
  playersOf(streamKey: string): readonly string[] {
    return this.#index.playersOf(streamKey)
  }

  /** 0 = no limit. From memory. */
  maxPlayersOf(player: string): number {
    return this.#index.find('play', player)?.rules?.maxPlayers ?? 0
  }

  /** How many pairs there are. From memory. */
  get pairCount(): number {
    return this.#index.playerCount
  }

  /** Ends a session. False: it has gone. */
  kick(connectionId: number): boolean {
    return this.#options.engine.kick(connectionId)
  }

  /** For the engine's events, after whoever keeps `connections` has had them. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      // Admitted by a table that was replaced before the session was reported.
      if (event.type === 'connected') this.#kickIfOrphan(event)
      if (event.type === 'resync') this.#kickOrphans()
    }
  }

  async #loadAll(): Promise<void> {
    // Then nobody knows how far the engine got.
    const isUnsure = this.#isStale
    this.#isStale = true
    const { routes, warnings } = routesOf(await this.#options.streamIds.all())
    this.#warn(warnings)
    this.#warnings = warnings
    const index = new RouteIndex(routes)
    if (this.#version === 0 || isUnsure || !index.equals(this.#index)) {
      this.#options.engine.setRoutes(this.#version + 1, routes)
      this.#version += 1
      this.#index = index
      this.#kickOrphans()
    }
    this.#isStale = false
  }

  /** The rest of the table stays as it is. */
  async #loadOf(publishers: readonly string[]): Promise<void> {
    const isBehind = this.#isStale
    this.#isStale = true
    const { routes, warnings } = routesOf(await this.#options.streamIds.ofPublishers(publishers))
    this.#warn(warnings)
    const { gone, put } = this.#index.replaceOf(publishers, routes)
    if (gone.length + put.length > 0) {
      this.#options.engine.changeRoutes(this.#version + 1, gone, put)
      this.#version += 1
      this.#kickOrphans()
    }
    // What an earlier change could not read is still to be read.
    this.#isStale = isBehind
  }

  #kickOrphans(): void {
    for (const connection of [...this.#options.connections()]) this.#kickIfOrphan(connection)
  }

  #kickIfOrphan(connection: LiveConnection): void {
    const reason = lostRight(connection, this.#index, this.#isWithin)
    if (reason === undefined || !this.#tryKick(connection.connectionId)) return
    const { connectionId, role } = connection
    this.#options.log.info({ connectionId, role }, `ended: ${reason}`)
  }

  /** Events may be delivered after the engine's end, which has closed everybody. */
  #tryKick(connectionId: number): boolean {
    try {
      return this.#options.engine.kick(connectionId)
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENGINE_STOPPED') return false
      throw error
    }
  }

  /** Each once, until a look at the whole table finds it mended. */
  #warn(warnings: readonly string[]): void {
    const known = new Set(this.#warnings)
    const fresh = warnings.filter(warning => !known.has(warning))
    for (const warning of fresh) this.#options.log.warn(warning)
    this.#warnings = [...this.#warnings, ...fresh]
  }
}
