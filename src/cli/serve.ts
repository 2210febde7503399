import { App, type Overrides } from '../app/app.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { loadAddon } from '../engine/native.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import { Log, type LogLevel } from '../lib/logger.ts'
import { EXIT } from './exit-codes.ts'
import { print, printError } from './output.ts'

export interface ServeOptions {
  file: string | undefined
  /** From the command line; wins over the file. */
  level: LogLevel | undefined
}

/** Standard output whatever log level and log file say: installers read the key from there. */
function printFirstKey(key: string): void {
  const line = '============================================'
  print(line)
  print(`Generated default admin API key: ${key}`)
  print('IMPORTANT: Save this key securely. It will not be shown again.')
  print(line)
}

const load = (options: ServeOptions, overrides: Overrides = new Map()) =>
  loadConfig({ env: process.env, overrides, ...(options.file === undefined ? {} : { file: options.file }) })

/** The command line wins over file and environment, and what was set over the API wins over the command line. */
function levelOf(options: ServeOptions, config: Config, overrides: Overrides = new Map()): LogLevel {
  return overrides.has('log_level') ? config.srt.logLevel : (options.level ?? config.srt.logLevel)
}

/** Resolves with the first signal; the second one is from somebody who doesn't want to wait. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let count = 0
    const onSignal = (signal: NodeJS.Signals) => {
      count += 1
      if (count > 1) process.exit(EXIT.failure)
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

function openLog(config: Config, options: ServeOptions): Log {
  const { logFile } = config.srt
  try {
    return new Log({ level: levelOf(options, config), file: logFile })
  } catch (cause) {
    const hint = 'the folder must exist or be creatable, and the file writable'
    throw new AppError('CONFIG_INVALID', `log_file ${logFile}: ${messageOf(cause)}`, { hint, cause })
  }
}

/** Runs the server until a signal ends it; returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const config = await load(options)
  const log = openLog(config, options)
  for (const warning of config.warnings) log.root.warn(warning.text)
  // Before the start: a signal that comes meanwhile must neither kill it half-way nor be lost.
  const signal = firstSignal()
  let running: App | undefined
  process.on('SIGHUP', () => {
    if (running) void reload(running, log)
  })
  const app = await App.start({
    config,
    load: overrides => load(options, overrides),
    levelOf: (current, overrides) => levelOf(options, current, overrides),
    log,
    addon: loadAddon(),
    onFirstKey: printFirstKey,
  })
  running = app
  const cause = await Promise.race([signal, app.fault.then(() => 'fault')])
  return stop(app, log, cause)
}

async function reload(app: App, log: Log): Promise<void> {
  try {
    await app.reload()
  } catch (error) {
    const problems =
      error instanceof AppError && error.code === 'CONFIG_INVALID' ? error.message.split('\n') : []
    for (const problem of problems) log.root.error(problem)
    log.root.error(
      problems.length > 0 ? 'reload refused, nothing was changed' : `reload failed: ${messageOf(error)}`,
    )
  }
}

async function stop(app: App, log: Log, cause: string): Promise<number> {
  log.root.info({ cause }, 'stopping')
  const { failed } = await app.stop()
  for (const part of failed) {
    log.root.error({ part: part.name, reason: part.reason }, `${part.name} did not stop: ${part.reason}`)
    printError(`sls: ${part.name} did not stop: ${part.reason}`)
  }
  log.root.info('stopped')
  log.flush()
  return failed.length > 0 || cause === 'fault' ? EXIT.failure : EXIT.ok
}
