import { changes } from '../config/changes.ts'
import type { Config } from '../config/config.ts'
import type { NativeAddon } from '../engine/contract.ts'
import { anyAddress } from '../lib/any-address.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import { Lifecycle, type StopReport } from '../lib/lifecycle.ts'
import type { Log, Logger, LogLevel } from '../lib/logger.ts'
import { packageVersion } from '../lib/package-root.ts'
import { Listeners } from './listeners.ts'
import { type Parts, startParts } from './parts.ts'
import { removePidFile, writePidFile } from './pid-file.ts'
import { listenerSpecs } from './specs.ts'
import { type HttpServer, startHttp } from './start-http.ts'

export interface AppOptions {
  config: Config
  log: Log
  addon: NativeAddon
  /** Called once, with the admin key of an empty database. */
  onFirstKey: (key: string) => void
  clock?: Clock
}

/** The whole server. The only place that knows every part. */
export class App {
  readonly #log: Log
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #lifecycle: Lifecycle
  #config: Config
  #isDraining = false
  #reloading: Promise<void> = Promise.resolve()
  #parts: Parts | undefined
  #listeners: Listeners | undefined
  #resolveHost: (host: string) => string = host => host
  #onFault: () => void = () => undefined
  /** Resolves when the data plane has died: the process should end. */
  readonly fault = new Promise<void>(resolve => {
    this.#onFault = resolve
  })

  private constructor({ config, log, clock = systemClock }: AppOptions) {
    this.#config = config
    this.#log = log
    this.#logger = log.module('app')
    this.#clock = clock
    this.#lifecycle = new Lifecycle(clock)
  }

  /** Throws AppError with everything stopped again, if one part cannot start. */
  static async start(options: AppOptions): Promise<App> {
    const app = new App(options)
    try {
      await app.#start(options)
      return app
    } catch (error) {
      await app.stop()
      throw error
    }
  }

  async #start({ addon, onFirstKey }: AppOptions): Promise<void> {
    const { srtVersion } = addon.capabilities()
    this.#logger.info({ version: packageVersion(), srtVersion, conf: this.#config.source }, 'starting')
    const config = () => this.#config
    const onFault = () => this.#onFault()
    const common = { config, log: this.#log, clock: this.#clock }
    this.#parts = await startParts({ ...common, addon, onFault }, this.#lifecycle)
    const any = await anyAddress('::')
    if (any !== '::') this.#logger.warn('this system has no IPv6: :: is taken as 0.0.0.0')
    this.#resolveHost = host => (host === '::' ? any : host)
    this.#listeners = new Listeners(this.#parts.engine, this.#logger)
    this.#listeners.openAll(listenerSpecs(this.#config, this.#resolveHost))
    const http = await startHttp({ ...common, parts: this.#parts, isDraining: () => this.#isDraining })
    await this.#serve(http)
    this.#writePidFile()
    // Last, so that a start that fails does not use up the one time that the key is shown.
    const firstKey = await this.#parts.keys.ensureFirstKey()
    if (firstKey !== undefined) onFirstKey(firstKey)
    this.#logger.info('ready')
  }

  async #serve(http: HttpServer): Promise<void> {
    this.#lifecycle.started('HTTP', () => http.close())
    const host = this.#resolveHost(this.#config.srt.httpHost)
    const port = this.#config.srt.httpPort
    try {
      await http.listen({ host, port })
    } catch (cause) {
      const hint = 'another program has the port, or http_host is not an address of this machine'
      throw new AppError('HTTP_BIND', `HTTP ${host} port ${port}: ${messageOf(cause)}`, { hint, cause })
    }
    this.#logger.info({ host, port }, 'listening for HTTP')
  }

  #writePidFile(): void {
    const path = this.#config.srt.pidFile
    try {
      writePidFile(path)
    } catch (error) {
      // Only `sls -s` needs it.
      this.#logger.warn({ err: error }, `pid_file ${path} cannot be written`)
      return
    }
    this.#lifecycle.started('pid file', () => removePidFile(path))
  }

  /** Goes over to another configuration without ending a session; one reload at a time. */
  reload(config: Config, level: LogLevel): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload(config, level))
    return this.#reloading
  }

  async #reload(config: Config, level: LogLevel): Promise<void> {
    if (this.#isDraining || !this.#parts || !this.#listeners) return
    const { live, listener, restart } = changes(this.#config, config)
    this.#reopenLog(config, level)
    this.#config = config
    const ports = this.#listeners.change(listenerSpecs(config, this.#resolveHost))
    for (const failure of ports.failed)
      this.#logger.error(failure, `${failure.name} could not be changed: ${failure.reason}`)
    await this.#parts.gatekeeper.refresh()
    await this.#parts.keys.reload()
    for (const change of restart) {
      this.#logger.warn(change, `${change.directive} changes with the next start`)
    }
    this.#logger.info({ changed: [...live, ...listener], ports }, 'reloaded')
  }

  #reopenLog(config: Config, level: LogLevel): void {
    this.#log.setLevel(level)
    try {
      this.#log.reopen(config.srt.logFile)
    } catch (error) {
      this.#logger.error({ err: error }, `log_file ${config.srt.logFile} cannot be opened; the old one stays`)
    }
  }

  /** Refuses newcomers, ends what is under way, then stops every part in reverse order. */
  async stop(): Promise<StopReport> {
    this.#isDraining = true
    this.#parts?.engine.drain()
    return this.#lifecycle.stop(this.#config.srt.shutdownTimeoutS * 1000)
  }
}
