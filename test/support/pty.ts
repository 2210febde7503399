import { execFileSync } from 'node:child_process'
import { Child } from './child.ts'
import { mediaTool } from './tools.ts'
import { until } from './wait.ts'

const WAIT_MS = 30_000

export interface PtyOptions {
  columns: number
  rows: number
  env?: NodeJS.ProcessEnv
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** A program in a pseudo-terminal (util-linux script), and the state that it leaves the terminal in. */
export class Pty {
  readonly child: Child

  constructor(words: readonly string[], { columns, rows, env = process.env }: PtyOptions) {
    // The inner shell becomes the program, so that its process id is the program's.
    const inner = quoted(`echo "pid=$$"; exec ${words.map(quoted).join(' ')}`)
    const script = [
      `stty cols ${columns} rows ${rows}; echo "tty=$(tty)"; echo "before=$(stty -g)"`,
      // The program's last words need not end their line.
      `sh -c ${inner}; code=$?; echo; echo "code=$code"; echo "after=$(stty -g)"`,
    ].join('; ')
    this.child = new Child(mediaTool('script'), ['-qfc', script, '/dev/null'], {
      env: { ...env, TERM: 'xterm' },
    })
  }

  get output(): string {
    return this.child.stdout
  }

  /** What the program has written since it last began at the top of its screen, without control sequences. */
  get screen(): string {
    const last = this.output.slice(this.output.lastIndexOf('\u001b[H'))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those of ECMA-48.
    const text = last.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    // The terminal puts a carriage return before a line feed even where there is one.
    return text.replaceAll('\r', '')
  }

  field(name: string): string {
    return new RegExp(`^${name}=(.*?)\r?$`, 'm').exec(this.output)?.[1] ?? ''
  }

  press(keys: string): void {
    this.child.write(Buffer.from(keys))
  }

  resize(columns: number, rows: number): void {
    execFileSync('stty', ['-F', this.field('tty'), 'cols', String(columns), 'rows', String(rows)])
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(Number(this.field('pid')), signal)
  }

  /** Waits for a text on the screen. */
  shows(text: string | RegExp): Promise<unknown> {
    const isShown = () => (typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen))
    return this.#until(isShown, `the terminal to show ${text}`)
  }

  /** Resolves to the exit code of the program. */
  async ended(): Promise<number> {
    await this.#until(() => this.field('after') !== '', 'the program in the terminal to end')
    const code = this.field('code')
    if (!/^\d+$/.test(code)) throw new Error(`no exit code: ${JSON.stringify(this.output.slice(-3000))}`)
    return Number(code)
  }

  #until(condition: () => boolean, what: string): Promise<unknown> {
    return until(condition, { deadlineMs: WAIT_MS, what }).catch(error => {
      throw new Error(`${String(error)}\n${JSON.stringify(this.output.slice(-3000))}`, { cause: error })
    })
  }
}
