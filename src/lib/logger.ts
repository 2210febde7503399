import { dirname } from 'node:path'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import pretty from 'pino-pretty'
import { makeFolder } from './make-folder.ts'

/** What the rest of the program sees of pino. */
export type Logger = Pick<
  PinoLogger,
  'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | 'child' | 'level'
>

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  level: LogLevel
  /** '' or /dev/stdout: standard output, pretty if that is a terminal, else one JSON object a line. */
  file: string
}

const pinoLevel = (level: LogLevel) => (level === 'warning' ? 'warn' : level)

/** Keys that must never be written, wherever they turn up. */
const SECRETS = ['key', 'apiKey', 'api_key', 'authorization', 'passphrase', 'publisher', 'secret']
const REDACT = SECRETS.flatMap(name => [name, `*.${name}`, `*.*.${name}`])

interface Destination extends DestinationStream {
  flushSync?: () => void
  reopen?: (file?: string) => void
}

const isStdout = (file: string) => file === '' || file === '/dev/stdout' || file === '-'

function openDestination(file: string): Destination {
  if (isStdout(file) && process.stdout.isTTY)
    return pretty({ destination: 1, sync: true, singleLine: true, ignore: 'pid,hostname' })
  // Synchronous: a line that is reported is written, whatever kills the process next; lines are few.
  if (!isStdout(file)) makeFolder(dirname(file))
  return pino.destination({ dest: isStdout(file) ? 1 : file, sync: true })
}

/** The program's log: one root, one child a module, a level and a file that can change while it runs. */
export class Log {
  readonly root: Logger
  #destination: Destination
  #file: string
  readonly #modules: Logger[] = []

  constructor({ level, file }: LogOptions, destination: Destination = openDestination(file)) {
    this.#destination = destination
    this.#file = file
    const forward: DestinationStream = { write: line => this.#destination.write(line) }
    this.root = pino(
      {
        level: pinoLevel(level),
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: label => ({ level: label }) },
        redact: { paths: REDACT, censor: '***' },
      },
      forward,
    )
  }

  /** A child whose lines carry the module's name. */
  module(name: string): Logger {
    const child = this.root.child({ module: name })
    this.#modules.push(child)
    return child
  }

  /** Changes the level of the root and of every module; pino's children don't follow their parent. */
  setLevel(level: LogLevel): void {
    for (const logger of [this.root, ...this.#modules]) logger.level = pinoLevel(level)
  }

  /** Opens `file` if it is another one, else the same path anew, as log rotation wants. Throws if it can't. */
  reopen(file: string): void {
    if (file === this.#file) {
      // Standard output has no path to open anew.
      if (!isStdout(file)) this.#destination.reopen?.()
      return
    }
    const next = openDestination(file)
    this.#destination.flushSync?.()
    this.#destination = next
    this.#file = file
  }

  flush(): void {
    this.#destination.flushSync?.()
  }
}
