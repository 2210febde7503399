import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWithTest } from './end-with-test.ts'

export interface ExitStatus {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ChildOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  onStdoutLine?: (line: string) => void
  /** Standard output goes into this file instead of `stdout`. */
  stdoutFile?: string
}

const SETPRIV = '/usr/bin/setpriv'
const STOP_DEADLINE_MS = 10_000

/** The kernel ends the child with us, even when we are killed. */
function bound(command: string, args: readonly string[]): [string, string[]] {
  if (!existsSync(SETPRIV)) return [command, [...args]]
  return [SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args]]
}

/** A program started by a test. Ended with the test, whatever happens. */
export class Child {
  readonly #process: ChildProcess
  readonly #name: string
  readonly exited: Promise<ExitStatus>
  #exit: ExitStatus | undefined
  #stdout = ''
  #stderr = ''

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    const [program, words] = bound(command, args)
    this.#name = command
    const { cwd, env, stdoutFile } = options
    const output = stdoutFile === undefined ? 'pipe' : openSync(stdoutFile, 'w')
    this.#process = spawn(program, words, { cwd, env, stdio: ['pipe', output, 'pipe'] })
    if (typeof output === 'number') closeSync(output)
    this.exited = this.#watch(options)
    endWithTest(async () => void (await this.kill()))
  }

  #watch({ onStdoutLine }: ChildOptions): Promise<ExitStatus> {
    const { stdin, stdout, stderr } = this.#process
    // A child that ends before it has read everything is no error of ours.
    stdin?.on('error', () => {})
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    if (stdout !== null && onStdoutLine !== undefined)
      createInterface({ input: stdout }).on('line', onStdoutLine)
    return new Promise((resolve, reject) => {
      this.#process.once('error', error => reject(new Error(`cannot start ${this.#name}`, { cause: error })))
      // 'close' comes after the last output, 'exit' may not.
      this.#process.once('close', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error(`${this.#name} did not start`)
    return pid
  }

  /** Undefined while it runs. */
  get exitStatus(): ExitStatus | undefined {
    return this.#exit
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Everything it printed, for error messages. */
  get output(): string {
    return `${this.#stdout}${this.#stderr}`.trim()
  }

  write(bytes: Uint8Array): boolean {
    return this.#process.stdin?.write(bytes) ?? false
  }

  endInput(): void {
    this.#process.stdin?.end()
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === undefined) this.#process.kill(signal)
  }

  sigstop(): void {
    this.signal('SIGSTOP')
  }

  sigcont(): void {
    this.signal('SIGCONT')
  }

  /** SIGKILL: it ends without a word to its peers. */
  async kill(): Promise<ExitStatus> {
    this.signal('SIGKILL')
    return this.exited
  }

  /** SIGTERM, and SIGKILL if that does not help in time. */
  async stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<ExitStatus> {
    this.signal('SIGTERM')
    // A stopped process sees SIGTERM only when it goes on.
    this.signal('SIGCONT')
    const timer = new AbortController()
    const overdue = sleep(deadlineMs, undefined, { signal: timer.signal }).then(
      () => this.kill(),
      () => this.exited,
    )
    const status = await Promise.race([this.exited, overdue])
    timer.abort()
    return status
  }
}
