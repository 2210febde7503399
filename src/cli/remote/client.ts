import { refused, unreachable } from './failure.ts'
import { Fields } from './fields.ts'

const REQUEST_DEADLINE_MS = 10_000
const PAGE_ROWS = 1000

export interface Answer {
  status: number
  body: Fields
  /** The server's clock, so that ages are right where ours is not. Unix milliseconds. */
  serverMs: number
}

export interface ClientOptions {
  /** Without a slash at its end. */
  url: string
  key: string
}

/** A server's REST API. What it throws are CommandErrors. */
export class ApiClient {
  readonly url: string
  readonly #key: string

  constructor({ url, key }: ClientOptions) {
    this.url = url
    this.#key = key
  }

  /** Throws unless it is a success, or one of the statuses that are expected. */
  async get(path: string, expected: readonly number[] = []): Promise<Answer> {
    const response = await this.#fetch(path, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
    })
    const body = await this.#bodyOf(response)
    if (!response.ok && !expected.includes(response.status))
      throw refused(this.url, response.status, body.text('message') || response.statusText)
    const date = Date.parse(response.headers.get('date') ?? '')
    return { status: response.status, body, serverMs: Number.isNaN(date) ? Date.now() : date }
  }

  /** The rows of a list that comes in pages, up to `most`. */
  async rows(path: string, most = Number.POSITIVE_INFINITY): Promise<Fields[]> {
    const rows: Fields[] = []
    let cursor: string | null = null
    do {
      const query = `limit=${Math.min(PAGE_ROWS, most)}${cursor === null ? '' : `&cursor=${cursor}`}`
      const { body } = await this.get(`${path}${path.includes('?') ? '&' : '?'}${query}`)
      rows.push(...body.list('data'))
      cursor = body.textOrNull('next_cursor')
    } while (cursor !== null && rows.length < most)
    return rows.slice(0, most)
  }

  /** An answer that does not end by itself. Throws unless it is a success. */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const response = await this.#fetch(path, { headers, signal })
    if (response.ok) return response
    const body = await this.#bodyOf(response)
    throw refused(this.url, response.status, body.text('message') || response.statusText)
  }

  async #fetch(
    path: string,
    options: { headers: Record<string, string>; signal: AbortSignal },
  ): Promise<Response> {
    const headers = { ...options.headers, authorization: `Bearer ${this.#key}` }
    try {
      // A redirect would hand the key to whom it names.
      return await fetch(this.url + path, { ...options, headers, redirect: 'error' })
    } catch (error) {
      throw unreachable(this.url, error)
    }
  }

  async #bodyOf(response: Response): Promise<Fields> {
    let text: string
    try {
      text = await response.text()
    } catch (error) {
      throw unreachable(this.url, error)
    }
    try {
      return new Fields(JSON.parse(text))
    } catch {
      return new Fields({ message: 'the answer is no JSON' })
    }
  }
}
