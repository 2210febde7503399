import { noteAnswer, noteSilence } from '../state/connection.ts'
import { key, noteRefusedKey } from '../state/session.ts'
import { errorOf, unreachable } from './errors.ts'

const TIMEOUT_MS = 10_000

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface CallOptions {
  query?: Query
  body?: unknown
  /** Ends the call; it then rejects with an AbortError. */
  signal?: AbortSignal
  /** Instead of the key of the session, which stays as it is whatever the answer. */
  asKey?: string
}

/** `{"data":…,"status":"success"}` */
export interface Data<T> {
  data: T
}

/** One page of a list. */
export interface Page<T> {
  data: T[]
  next_cursor: string | null
}

/** Path segments, each percent-encoded whole: a slash within an ID is not the end of it. */
export const path = (...segments: readonly string[]) => `/api/${segments.map(encodeURIComponent).join('/')}`

function urlOf(where: string, query: Query = {}): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  if (given.length === 0) return where
  return `${where}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json()
  } catch {
    return null
  }
}

/** True for what a proxy says when the server behind it is gone. */
const isGone = (status: number, body: unknown) => status >= 502 && status <= 504 && body === null

function endedBy(signal: AbortSignal | undefined): { signal: AbortSignal; done: () => void } {
  const ender = new AbortController()
  const end = () => ender.abort()
  const timer = setTimeout(end, TIMEOUT_MS)
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  const done = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  return { signal: ender.signal, done }
}

/**
 * One request to the API: the parsed body. The type is what API.md says the route answers. Rejects with ApiError, and
 * with an AbortError if `signal` ended it. A 401 ends the session.
 */
export async function call<T>(method: Method, where: string, options: CallOptions = {}): Promise<T> {
  const { query, body, signal, asKey } = options
  const usedKey = asKey ?? key.value
  const headers: Record<string, string> = {
    authorization: `Bearer ${usedKey}`,
    accept: 'application/json',
  }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const ending = endedBy(signal)
  const init: RequestInit = { method, headers, signal: ending.signal, cache: 'no-store' }
  if (body !== undefined) init.body = JSON.stringify(body)
  try {
    const answer = await fetch(urlOf(where, query), init)
    const parsed = await jsonOf(answer)
    if (isGone(answer.status, parsed)) throw unreachable()
    noteAnswer()
    if (answer.ok) return parsed as T
    const error = errorOf(answer, parsed)
    if (error.status === 401 && asKey === undefined) noteRefusedKey(usedKey)
    throw error
  } catch (error) {
    if (signal?.aborted === true) throw new DOMException('Aborted', 'AbortError')
    if (!(error instanceof TypeError || error instanceof DOMException)) {
      if (error instanceof Error && 'isUnreachable' in error && error.isUnreachable === true) noteSilence()
      throw error
    }
    noteSilence()
    throw unreachable()
  } finally {
    ending.done()
  }
}

export const get = <T>(where: string, options?: CallOptions) => call<T>('GET', where, options)
export const post = <T>(where: string, body: unknown) => call<T>('POST', where, { body })
export const patch = <T>(where: string, body: unknown) => call<T>('PATCH', where, { body })
export const remove = <T>(where: string) => call<T>('DELETE', where)

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'
