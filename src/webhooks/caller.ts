import type { Clock } from '../lib/clock.ts'
import { callError } from './call-error.ts'
import { exchange } from './exchange.ts'
import { type Resolve, systemResolve } from './resolve.ts'
import { retryAfterMs } from './retry-after.ts'
import type { TargetGuard } from './target-guard.ts'

const DEADLINE_MS = 10_000

export interface Call {
  /** One that was checked when the webhook was made. */
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Ends it. */
  signal: AbortSignal
}

export interface CallOutcome {
  /** Null: no answer. */
  status: number | null
  /** Null: it was taken. No URL and no secret in it. */
  error: string | null
  durationMs: number
  /** How long the endpoint asks us to wait; undefined: it doesn't. */
  retryAfterMs?: number
}

/** Never throws. */
export type Caller = (call: Call) => Promise<CallOutcome>

export interface CallerOptions {
  guard: Pick<TargetGuard, 'addressProblem' | 'urlProblem'>
  version: string
  clock: Clock
  resolve?: Resolve
  /** Of the whole exchange, from the look-up of the name to the end of the answer. Default 10 000. */
  deadlineMs?: number
  /** Authorities for HTTPS as PEM; undefined: the usual ones. */
  ca?: string
}

/** POSTs to webhooks. */
export function caller(options: CallerOptions): Caller {
  const { clock, guard, version, ca, resolve = systemResolve, deadlineMs = DEADLINE_MS } = options
  return async ({ url, headers, body, signal }) => {
    const startMs = clock.monotonicMs()
    const abort = new AbortController()
    const leave = () => abort.abort()
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      abort.abort()
    }, deadlineMs)
    let status: number | null = null
    try {
      const answer = await exchange({
        ...{ url, body, guard, resolve, ca, signal: abort.signal },
        headers: { ...headers, 'user-agent': `srt-live-server/${version}`, connection: 'close' },
        onStatus: seen => {
          status = seen
        },
      })
      const waitMs = retryAfterMs(answer.retryAfter, clock.nowMs())
      return {
        ...{ status: answer.status, error: statusError(answer.status) },
        durationMs: clock.monotonicMs() - startMs,
        ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      }
    } catch (error) {
      const late = `no complete answer within ${deadlineMs / 1000} s`
      const durationMs = clock.monotonicMs() - startMs
      return { status, error: isLate ? late : callError(error), durationMs }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
    }
  }
}

function statusError(status: number): string | null {
  if (status >= 200 && status < 300) return null
  const isRedirect = status >= 300 && status < 400
  return isRedirect ? `answered ${status}; redirects are not followed` : `answered ${status}`
}
