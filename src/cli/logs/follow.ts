import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'
import type { ApiClient } from '../remote/client.ts'
import { unreachable } from '../remote/failure.ts'
import { Fields } from '../remote/fields.ts'
import { SseReader } from './sse.ts'

/** Three heartbeats. */
const SILENCE_MS = 45_000
const LEAST_WAIT_MS = 500
const USUAL_WAIT_MS = 2000
const MOST_WAIT_MS = 30_000

export interface FollowOptions {
  client: Pick<ApiClient, 'open' | 'url'>
  path: string
  /** Of the last event that is known; 0: none. */
  lastId: number
  onEvent: (event: Fields) => void
  /** The connection has ended, and is made again after a while. */
  onTrouble: (sentence: string) => void
  /** Default 45 s. */
  silenceMs?: number
}

/** Reads events as they happen, without a gap over lost connections. */
export class Follower {
  readonly #options: FollowOptions
  #lastId: number
  /** In a row. */
  #failures = 0
  #retryMs = USUAL_WAIT_MS
  #reader = new SseReader()
  #decoder = new TextDecoder()

  constructor(options: FollowOptions) {
    this.#options = options
    this.#lastId = options.lastId
  }

  /** Ends only by throwing a CommandError that will not pass: the key is not taken. */
  async run(): Promise<never> {
    for (;;) {
      const trouble = await this.#connection()
      if (this.#failures === 0) this.#options.onTrouble(`${trouble}; trying again`)
      const waitMs = this.#retryMs * 2 ** Math.min(this.#failures, 6)
      this.#failures += 1
      await sleep(Math.max(LEAST_WAIT_MS, Math.min(MOST_WAIT_MS, waitMs)))
    }
  }

  /** One connection, to its end; resolves to what ended it. */
  async #connection(): Promise<string> {
    const silence = new AbortController()
    const restart = () => setTimeout(() => silence.abort(new Error('it has gone silent')), this.#silenceMs)
    let timer = restart()
    try {
      for await (const bytes of await this.#open(silence.signal)) {
        clearTimeout(timer)
        timer = restart()
        this.#take(bytes)
      }
      return 'the connection was closed'
    } catch (error) {
      if (error instanceof CommandError && error.exitCode === EXIT.denied) throw error
      return error instanceof CommandError
        ? error.message
        : unreachable(this.#options.client.url, error).message
    } finally {
      clearTimeout(timer)
    }
  }

  get #silenceMs(): number {
    return this.#options.silenceMs ?? SILENCE_MS
  }

  async #open(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { client, path, onTrouble } = this.#options
    const headers = { accept: 'text/event-stream', 'last-event-id': String(this.#lastId) }
    const { body } = await client.open(path, headers, signal)
    if (this.#failures > 0) onTrouble('connected again')
    this.#failures = 0
    // What an earlier connection left unfinished is sent again.
    this.#reader = new SseReader()
    this.#decoder = new TextDecoder()
    if (body === null) throw new Error('the answer is empty')
    return body
  }

  #take(bytes: Uint8Array): void {
    for (const { id, data } of this.#reader.push(this.#decoder.decode(bytes, { stream: true }))) {
      this.#options.onEvent(new Fields(JSON.parse(data)))
      this.#lastId = Number(id) || this.#lastId
    }
    this.#retryMs = this.#reader.retryMs ?? this.#retryMs
  }
}
