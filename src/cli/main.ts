#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander'
import { loadConfig } from '../config/load.ts'
import { LOG_LEVELS, type LogLevel } from '../lib/logger.ts'
import { packageVersion } from '../lib/package-root.ts'
import { check } from './check.ts'
import { EXIT } from './exit-codes.ts'
import { keysCommand } from './keys.ts'
import { logsCommand } from './logs/command.ts'
import { migrate } from './migrate.ts'
import { report } from './output.ts'
import { serve } from './serve.ts'
import { SERVER_SIGNALS, type ServerSignal, signalServer } from './signal.ts'
import { statusCommand } from './status/command.ts'
import { streamsCommand } from './streams.ts'
import { topCommand } from './top/command.ts'

const EXIT_CODES = `
Exit codes:
  ${EXIT.ok}   fine
  ${EXIT.failure}   failure
  ${EXIT.attention}   status: the server answers, but is not ready, or alerts are raised
  ${EXIT.usage}  wrong command line
  ${EXIT.unavailable}  a port, the native addon or a system library is not available
  ${EXIT.database}  the database cannot be used
  ${EXIT.denied}  status, top, logs: the API key is missing, is not taken, or may not do this
  ${EXIT.config}  the configuration has problems; each is named with line and column`

const EXAMPLES = `
Examples:
  sls                                    ./sls.conf if it is there, else the defaults
  sls -c /etc/sls/sls.conf               a file of yours; SLS_<DIRECTIVE> in the environment wins over it
  sls check -c /etc/sls/sls.conf         is it right?
  sls -c /etc/sls/sls.conf -s reload     apply a changed file without dropping a session
  sls streams add studio_1 live_1        publish as studio_1 (secret), play as live_1
  SLS_KEY=… sls top                      who is connected to the running server, live
  sls keys reset-admin                   the first admin key was lost
`

interface RootOptions {
  conf?: string
  level?: LogLevel
  signal?: ServerSignal
}

let exitCode: number = EXIT.ok
const setExitCode = (code: number) => {
  exitCode = code
}

const confOption = () =>
  new Option('-c, --conf <file>', 'configuration; without it ./sls.conf if it is there, else the defaults')
const levelOption = () =>
  new Option('-l, --level <level>', 'log level; wins over log_level').choices([...LOG_LEVELS])

async function runServer(options: RootOptions): Promise<void> {
  if (options.signal === undefined) {
    setExitCode(await serve({ file: options.conf, level: options.level }))
    return
  }
  const file = options.conf === undefined ? {} : { file: options.conf }
  const { srt } = await loadConfig({ env: process.env, ...file })
  await signalServer(srt.pidFile, options.signal, srt.shutdownTimeoutS * 1000 + 2000)
}

const program = new Command('sls')
  .description(
    'SRT relay with a REST control plane. Publishers on UDP 4001, players on UDP 4000, API on TCP 8080.',
  )
  .version(packageVersion(), '-v, --version')
  .addOption(confOption())
  .addOption(levelOption())
  .addOption(
    new Option(
      '-s, --signal <signal>',
      'tell the running server (found by pid_file) to reload or stop',
    ).choices([...SERVER_SIGNALS]),
  )
  .addHelpText('after', EXAMPLES + EXIT_CODES)
  .action(runServer)

program
  .command('serve')
  .description('run the server in the foreground (what sls does without a command)')
  .action(() => runServer(program.opts<RootOptions>()))

program
  .command('check')
  .description('check the configuration: every problem with line and column; 78 if there is one')
  .action(async () => setExitCode(await check(program.opts<RootOptions>().conf)))

program
  .command('migrate')
  .description('bring the database up to date, or say that it is; the server does this at its start too')
  .action(() => migrate(program.opts<RootOptions>().conf))

program.addCommand(keysCommand(() => program.opts<RootOptions>().conf))
program.addCommand(streamsCommand(() => program.opts<RootOptions>().conf))
program.addCommand(logsCommand(() => program.opts<RootOptions>().conf))
program.addCommand(topCommand(() => program.opts<RootOptions>().conf))
program.addCommand(statusCommand(() => program.opts<RootOptions>().conf, setExitCode))
/** Commands that were built apart don't take over what their parent was told. */
function settle(command: Command): void {
  command.exitOverride().showHelpAfterError("'sls --help' shows what there is")
  for (const child of command.commands) settle(child)
}
settle(program)

try {
  await program.parseAsync()
} catch (error) {
  exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : report(error)
}
process.exit(exitCode)
