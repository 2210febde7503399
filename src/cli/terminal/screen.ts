import { EXIT } from '../exit-codes.ts'

/** xterm's control sequences: alternate screen, cursor, wrapping of lines. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

/** With the exit codes that shells give them. */
const FATAL_SIGNALS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]

type Ending = [NodeJS.Signals | 'uncaughtException' | 'unhandledRejection' | 'exit', (arg: unknown) => void]

export interface ScreenOptions {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  onInput: (text: string) => void
  /** The size has changed, or the screen was away for a while. */
  onChange: () => void
}

/** The terminal as a screen of ours; given back as it was, however the program ends. */
export class Screen {
  readonly #options: ScreenOptions
  readonly #endings: readonly Ending[]
  readonly #onInput = (bytes: Buffer) => this.#options.onInput(bytes.toString('utf8'))
  readonly #onChange = () => this.#options.onChange()
  #isOpen = false

  constructor(options: ScreenOptions) {
    this.#options = options
    const onSignal = FATAL_SIGNALS.map(([signal, code]): Ending => [signal, () => this.#end(code)])
    this.#endings = [
      ...onSignal,
      ['uncaughtException', error => this.#crash(error)],
      ['unhandledRejection', error => this.#crash(error)],
      ['exit', () => this.close()],
    ]
  }

  get size(): { columns: number; rows: number } {
    const { columns, rows } = this.#options.output
    return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 }
  }

  open(): void {
    const { output } = this.#options
    for (const [name, handle] of this.#endings) process.on(name, handle)
    output.on('resize', this.#onChange)
    this.#take()
  }

  close(): void {
    this.#release()
    this.#options.output.off('resize', this.#onChange)
    for (const [name, handle] of this.#endings) process.off(name, handle)
  }

  /** Puts the program to sleep as Ctrl-Z does elsewhere; it goes on with `fg`. */
  suspend(): void {
    this.#release()
    process.once('SIGCONT', () => {
      this.#take()
      this.#onChange()
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  /** Writes over what was there, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return
    const text = lines.map(line => `${line}${CLEAR_LINE}`).join('\r\n')
    this.#options.output.write(`${HOME}${text}${CLEAR_BELOW}`)
  }

  #take(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    const { input, output } = this.#options
    input.setRawMode(true)
    input.resume()
    input.on('data', this.#onInput)
    output.write(ENTER)
  }

  #release(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { input, output } = this.#options
    output.write(LEAVE)
    input.off('data', this.#onInput)
    input.setRawMode(false)
    input.pause()
  }

  #end(code: number): never {
    this.close()
    process.exit(code)
  }

  #crash(error: unknown): never {
    this.close()
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(EXIT.failure)
  }
}
