import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { AppError, type ErrorCode, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type {
  EngineEvent,
  EngineSnapshot,
  EngineSpec,
  ListenerPolicy,
  ListenerSpec,
  NativeAddon,
  NativeEngine,
  Route,
  RouteName,
  TapTotals,
  TokenSpec,
} from './contract.ts'

export type EngineListener = (batch: readonly EngineEvent[]) => void

const NATIVE_CODES = [
  'SRT_BIND',
  'SRT_OPTION',
  'ENGINE_STOPPED',
  'ENGINE_ARGUMENT',
  'STREAM_NOT_LIVE',
  'TAP_LIMIT',
] as const satisfies ErrorCode[]

function toAppError(thrown: unknown): AppError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  const known = NATIVE_CODES.find(name => name === code)
  return new AppError(known ?? 'INTERNAL', messageOf(thrown), { cause: thrown })
}

function guarded<T>(call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw toAppError(thrown)
  }
}

/** The data plane with typed errors, and its events handed to every listener. */
export class Engine {
  readonly #native: NativeEngine
  readonly #listeners: EngineListener[] = []
  readonly #log: Logger

  constructor(addon: Pick<NativeAddon, 'createEngine'>, spec: EngineSpec, log: Logger) {
    this.#log = log
    this.#native = guarded(() => addon.createEngine(spec, batch => this.#deliver(batch)))
  }

  /** Listeners are called in the order in which they came, for every batch. */
  onEvents(listener: EngineListener): void {
    this.#listeners.push(listener)
  }

  open(spec: ListenerSpec): void {
    guarded(() => this.#native.open(spec))
  }

  close(listenerName: string): boolean {
    return guarded(() => this.#native.close(listenerName))
  }

  configure(listenerName: string, policy: ListenerPolicy): boolean {
    return guarded(() => this.#native.configure(listenerName, policy))
  }

  setRoutes(version: number, routes: readonly Route[]): void {
    guarded(() => this.#native.setRoutes(version, routes))
  }

  changeRoutes(version: number, gone: readonly RouteName[], put: readonly Route[]): void {
    guarded(() => this.#native.changeRoutes(version, gone, put))
  }

  setTokens(spec: TokenSpec): void {
    guarded(() => this.#native.setTokens(spec))
  }

  decide(connectionId: number, verdict: 'admit' | 'refuse'): boolean {
    return guarded(() => this.#native.decide(connectionId, verdict))
  }

  kick(connectionId: number): boolean {
    return guarded(() => this.#native.kick(connectionId))
  }

  /** The payload of a live stream, see NativeEngine.tap(). Destroying it ends the tap. */
  tap(streamKey: string): Readable {
    const fd = guarded(() => this.#native.tap(streamKey))
    return new Socket({ fd, readable: true, writable: false })
  }

  tapTotals(): TapTotals {
    return guarded(() => this.#native.tapTotals())
  }

  snapshot(): EngineSnapshot {
    return guarded(() => this.#native.snapshot())
  }

  drain(): void {
    guarded(() => this.#native.drain())
  }

  async stop(): Promise<void> {
    await this.#native.stop()
  }

  #deliver(batch: readonly EngineEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(batch)
      } catch (error) {
        // One listener's fault must not keep the batch from the others.
        this.#log.error({ err: error }, 'an event listener failed')
      }
    }
  }
}
