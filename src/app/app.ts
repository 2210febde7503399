import type { Changes } from '../config/changes.ts'
import type { Config } from '../config/config.ts'
import { LiveConfig } from '../config/live.ts'
import type { NativeAddon } from '../engine/contract.ts'
import type { EventTypeName } from '../events/catalogue.ts'
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
import { type StorageParts, startStorage } from './storage.ts'

/** Directive name -> text, over file and environment. */
export type Overrides = ReadonlyMap<string, string>

export interface AppOptions {
  config: Config
  /** Reads the configuration anew. Throws CONFIG_INVALID. */
  load: (overrides: Overrides) => Promise<Config>
  /** The log level to be used with a configuration: the command line may know better. */
  levelOf: (config: Config, overrides: Overrides) => LogLevel
  log: Log
  addon: NativeAddon
  /** Called once, with the admin key of an empty database. */
  onFirstKey: (key: string) => void
  clock?: Clock
}

/** The whole server. The only place that knows every part. */
export class App {
  readonly #options: AppOptions
  readonly #log: Log
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #lifecycle: Lifecycle
  #config: Config
  #isDraining = false
  #storage: StorageParts | undefined
  #live: LiveConfig | undefined
  #parts: Parts | undefined
  #listeners: Listeners | undefined
  #http: HttpServer | undefined
  #resolveHost: (host: string) => string = host => host
  #onFault: () => void = () => undefined
  /** Resolves when the data plane has died: the process should end. */
  readonly fault = new Promise<void>(resolve => {
    this.#onFault = resolve
  })

  private constructor(options: AppOptions) {
    const { config, log, clock = systemClock } = options
    this.#options = options
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
    const version = packageVersion()
    this.#logger.info({ version, srtVersion, conf: this.#config.source }, 'starting')
    const config = () => this.#config
    const common = { config, log: this.#log, clock: this.#clock }
    const onAccessLogDropped = (count: number) => this.#parts?.metrics.accessLogDropped(count)
    const storage = await startStorage({ ...common, onAccessLogDropped }, this.#lifecycle)
    this.#storage = storage
    this.#live = await this.#startLiveConfig(storage)
    const onFault = () => this.#onFault()
    this.#parts = await startParts({ ...common, addon, version, storage, onFault }, this.#lifecycle)
    const any = await anyAddress('::')
    if (any !== '::') this.#logger.warn('this system has no IPv6: :: is taken as 0.0.0.0')
    this.#resolveHost = host => (host === '::' ? any : host)
    this.#listeners = new Listeners(this.#parts.engine, this.#logger)
    this.#listeners.openAll(listenerSpecs(this.#config, this.#resolveHost))
    // Whoever connects from now on is told of after this.
    this.#tell('server.started', { version })
    await this.#startHttp(storage, this.#live, this.#parts)
    this.#writePidFile()
    // Last, so that a start that fails does not use up the one time that the key is shown.
    const firstKey = await this.#parts.keys.ensureFirstKey()
    if (firstKey !== undefined) onFirstKey(firstKey)
    this.#logger.info('ready')
  }

  /** From here on directives that the API has set and kept are in force. */
  async #startLiveConfig({ settings }: StorageParts): Promise<LiveConfig> {
    const live = new LiveConfig({
      load: this.#options.load,
      current: () => this.#config,
      apply: async (config, difference, cause) => {
        await this.#goOver(config, difference)
        if (cause === 'reload') this.#tellReload(difference)
      },
      store: settings,
      log: this.#log.module('config'),
    })
    const config = await live.start()
    this.#reopenLog(config, this.#options.levelOf(config, live.overrides()))
    this.#config = config
    return live
  }

  async #startHttp(storage: StorageParts, live: LiveConfig, parts: Parts): Promise<void> {
    const options = { config: () => this.#config, log: this.#log, clock: this.#clock, storage, live, parts }
    const http = await startHttp({
      ...options,
      isDraining: () => this.#isDraining,
      notReady: () => this.#notReady(),
    })
    this.#lifecycle.started('HTTP', () => http.close())
    this.#http = http
    const host = this.#resolveHost(this.#config.srt.httpHost)
    const port = this.#config.srt.httpPort
    try {
      await http.listen({ host, port })
    } catch (cause) {
      const hint = 'another program has the port, or http_host is not an address of this machine'
      throw new AppError('HTTP_BIND', `HTTP ${host} port ${port}: ${messageOf(cause)}`, { hint, cause })
    }
    this.#logger.info({ host, port, tls: this.#config.srt.tlsCert !== '' }, 'listening for HTTP')
  }

  /** What keeps the server from serving, for /ready. */
  #notReady(): string[] {
    const reasons: string[] = []
    if (this.#isDraining) reasons.push('The server is shutting down')
    try {
      this.#storage?.database.dataVersion()
    } catch {
      reasons.push('The database does not answer')
    }
    for (const name of this.#listeners?.missing() ?? []) reasons.push(`The SRT port of ${name} is not open`)
    return reasons
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

  /** Reads the configuration anew and goes over to it without ending a session. Throws CONFIG_INVALID. */
  async reload(): Promise<void> {
    const live = this.#live
    if (live === undefined || this.#isDraining) return
    const config = await live.reload()
    for (const warning of config.warnings) this.#logger.warn(warning.text)
  }

  /** What the API changes is told there, with who did it. */
  #tellReload({ live, listener, restart }: Changes): void {
    const directives = [...new Set([...live, ...listener, ...restart].map(({ directive }) => directive))]
    if (directives.length > 0) this.#tell('config.changed', { by: 'reload', directives })
  }

  #tell(type: EventTypeName, data: Readonly<Record<string, unknown>>): void {
    const atMs = this.#clock.nowMs()
    this.#parts?.events.emit({ atMs, type, player: null, players: [], sessionId: null, data })
  }

  /** One at a time, LiveConfig sees to that. Throws CONFIG_INVALID before anything has changed. */
  async #goOver(config: Config, { live, listener, restart }: Changes): Promise<void> {
    if (this.#isDraining || !this.#parts || !this.#listeners || !this.#live) return
    await this.#http?.renewCertificate(config)
    this.#reopenLog(config, this.#options.levelOf(config, this.#live.overrides()))
    this.#config = config
    const ports = this.#listeners.change(listenerSpecs(config, this.#resolveHost))
    for (const failure of ports.failed)
      this.#logger.error(failure, `${failure.name} could not be changed: ${failure.reason}`)
    await this.#parts.gatekeeper.refresh()
    await this.#parts.keys.reload()
    await this.#parts.tokens.refresh()
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
