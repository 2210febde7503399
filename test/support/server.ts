import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transport } from '../../src/engine/contract.ts'
import { messageOf } from '../../src/lib/errors.ts'
import { Child, type ExitStatus } from './child.ts'
import { endWithTest } from './end-with-test.ts'
import { freeTcpPort, freeUdpPort } from './ports.ts'
import { confText, type Directives, databaseIn, type ServerPorts } from './server-conf.ts'
import { mediaTool, ROOT } from './tools.ts'
import { until } from './wait.ts'

export interface ServerOptions {
  /** Stays when the conf is written anew; undefined: the server's default. */
  transport?: Transport
  /** Directives of the srt block, over the defaults of server-conf.ts. */
  srt?: Directives
  /** Directives of its one server block. */
  server?: Directives
  /** Instead of the text made from the directives. */
  conf?: (made: { folder: string; ports: ServerPorts }) => string
  env?: Record<string, string>
  /** More words of the command line. */
  args?: readonly string[]
  /** An existing one, e.g. of an earlier server; it is not removed. Without it a new one, removed at the end. */
  folder?: string
  ports?: ServerPorts
  /** For a database that has keys already. */
  adminKey?: string
  /** 'health' where the log does not show the line 'ready': another log_level or log_file. */
  readyBy?: 'log' | 'health'
}

export interface ApiAnswer {
  status: number
  headers: Headers
  /** Parsed if it is JSON, else the text. */
  body: unknown
}

export interface LogLine {
  msg: string
  level: number | string
  [key: string]: unknown
}

const MAIN = join(ROOT, 'dist/sls.mjs')
const READY_DEADLINE_MS = 30_000
const REQUEST_DEADLINE_MS = 10_000
const KEY_LINE = /^Generated default admin API key: ([A-Za-z0-9]+)$/m

async function freePorts(): Promise<ServerPorts> {
  return {
    player: await freeUdpPort(),
    publisher: await freeUdpPort(),
    publisherSrtla: await freeUdpPort(),
    http: await freeTcpPort(),
  }
}

/** The environment of the test without directives that would win over the conf. */
function cleanEnv(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SLS_'))
  return { ...Object.fromEntries(own), ...more }
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'sls-'))

function parseLogLine(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    // Any JSON object serves: its fields are looked at by name.
    return JSON.parse(line) as LogLine
  } catch {
    return undefined
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The real server as a child process, with a folder, a database and ports of its own. */
export class Server {
  readonly child: Child
  readonly ports: ServerPorts
  readonly folder: string
  readonly confFile: string
  readonly #options: ServerOptions

  constructor(folder: string, ports: ServerPorts, options: ServerOptions) {
    this.#options = options
    this.folder = folder
    this.ports = ports
    this.confFile = join(folder, 'sls.conf')
    this.writeConf(options)
    const args = [MAIN, '-c', this.confFile, ...(options.args ?? [])]
    this.child = new Child(process.execPath, args, { cwd: folder, env: cleanEnv(options.env) })
    endWithTest(() => this.end())
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`
  }

  get databaseFile(): string {
    return databaseIn(this.folder)
  }

  /** Resolves when it has ended. */
  get exit(): Promise<ExitStatus> {
    return this.child.exited
  }

  /** The log as far as it went to standard output, parsed. */
  get log(): LogLine[] {
    return this.child.stdout.split('\n').flatMap(line => parseLogLine(line) ?? [])
  }

  /** Throws if none was printed and none was given. */
  get adminKey(): string {
    const key = KEY_LINE.exec(this.child.stdout)?.[1] ?? this.#options.adminKey
    if (key === undefined) throw new Error(`the server printed no admin key:\n${this.child.output}`)
    return key
  }

  /** For a reload: another conf in the same place. Does not send the signal. */
  writeConf(options: Pick<ServerOptions, 'conf' | 'srt' | 'server'>): void {
    const { conf, srt, server } = options
    const made = { folder: this.folder, ports: this.ports }
    const { transport } = this.#options
    const own = transport === undefined ? {} : { transport }
    const directives = { srt: { ...own, ...srt }, ...(server === undefined ? {} : { server }) }
    writeFileSync(this.confFile, conf === undefined ? confText({ ...made, ...directives }) : conf(made))
  }

  /** Resolves when it serves. Throws with its output when it ends instead, or does not get there. */
  async ready(): Promise<void> {
    const what = `the server to be ready; conf ${this.confFile}`
    await until(() => this.#isReady(), { deadlineMs: READY_DEADLINE_MS, what, everyMs: 50 }).catch(error => {
      throw new Error(`${messageOf(error)}\n${this.child.output}`, { cause: error })
    })
  }

  async #isReady(): Promise<boolean> {
    const { exitStatus } = this.child
    if (exitStatus !== undefined) throw new Error(`the server ended with ${JSON.stringify(exitStatus)}`)
    const isLogged = this.#options.readyBy === 'health' || this.log.some(line => line.msg === 'ready')
    return isLogged && (await this.isHealthy())
  }

  /** True if GET /health answers 200. */
  async isHealthy(): Promise<boolean> {
    try {
      return (await this.request('GET', '/health')).status === 200
    } catch {
      return false
    }
  }

  async request(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<ApiAnswer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...type, ...headers },
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      ...content,
    })
    return { status: answer.status, headers: answer.headers, body: parseBody(await answer.text()) }
  }

  /** A request with the admin key. */
  api(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const headers = { authorization: `Bearer ${this.adminKey}` }
    return this.request(method, path, body === undefined ? { headers } : { headers, body })
  }

  /** Throws unless the server took it. */
  async addStream(publisher: string, player: string): Promise<void> {
    const { status, body } = await this.api('POST', '/api/stream-ids', { publisher, player })
    if (status !== 200) throw new Error(`stream ${player} was not added: ${status} ${JSON.stringify(body)}`)
  }

  /** GET /stats/{player}; `query` as in 'legacy=1'. */
  stats(player: string, query: string = ''): Promise<ApiAnswer> {
    const suffix = query === '' ? '' : `?${query}`
    return this.request('GET', `/stats/${encodeURIComponent(player)}${suffix}`)
  }

  async isLive(player: string): Promise<boolean> {
    return JSON.stringify((await this.stats(player)).body).includes('"publisher":')
  }

  /** A publisher that libsrt calls connected is live a moment later: it is accepted after its handshake. */
  async untilLive(player: string): Promise<void> {
    await until(() => this.isLive(player), { deadlineMs: 20_000, what: `a publisher of ${player}` })
  }

  /** Another `sls` command, run to its end beside the server. */
  async cli(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = new Child(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: cleanEnv(this.#options.env),
    })
    const { code } = await child.exited
    return { code, stdout: child.stdout, stderr: child.stderr }
  }

  /** Asks the database file through the sqlite3 program. */
  async sql(query: string): Promise<unknown[]> {
    const child = new Child(mediaTool('sqlite3'), ['-json', this.databaseFile, query])
    const { code } = await child.exited
    if (code !== 0) throw new Error(`sqlite3 ended with ${code}: ${child.stderr}`)
    return child.stdout.trim() === '' ? [] : JSON.parse(child.stdout)
  }

  /** A file in the server's folder. */
  readFile(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  hasFile(name: string): boolean {
    return existsSync(join(this.folder, name))
  }

  renameFile(from: string, to: string): void {
    renameSync(join(this.folder, from), join(this.folder, to))
  }

  signal(signal: NodeJS.Signals): void {
    this.child.signal(signal)
  }

  /** SIGKILL, and its folder is removed. Happens by itself in a test; for servers of beforeAll call it in afterAll. */
  async end(): Promise<void> {
    await this.child.kill()
    if (this.#options.folder === undefined) rmSync(this.folder, { recursive: true, force: true })
  }

  /** SIGTERM and the exit status; SIGKILL if it takes longer than 20 s. */
  stop(): Promise<ExitStatus> {
    return this.child.stop(20_000)
  }
}

/** Starts the server without waiting for anything: for servers that are expected to refuse. */
export async function spawnServer(options: ServerOptions = {}): Promise<Server> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: npm run build`)
  return new Server(options.folder ?? newFolder(), options.ports ?? (await freePorts()), options)
}

/** Starts the server and waits until it serves. Ended with the test. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const server = await spawnServer(options)
  await server.ready()
  return server
}
