import { asApiError } from '../api/errors.ts'
import { connection } from '../state/connection.ts'

const BACKOFF_MAX_MS = 30_000
/** A server that is gone is asked at this pace first, and then less often: it may be back any moment. */
const RETRY_MS = 2000
const UNREACHABLE_MAX_MS = 8000

function delayAfter(error: unknown, failures: number, everyMs: number): number {
  const { retryAfterS, status, isUnreachable } = asApiError(error)
  if (retryAfterS !== null) return Math.max(everyMs, retryAfterS * 1000)
  // What the key may not, or the server has not, will be the same in two seconds.
  if (status >= 400 && status < 500) return BACKOFF_MAX_MS
  const mostMs = isUnreachable ? UNREACHABLE_MAX_MS : BACKOFF_MAX_MS
  return Math.min(mostMs, Math.max(everyMs, RETRY_MS) * 2 ** Math.min(failures - 1, 6))
}

/**
 * Calls `load` now and then every `everyMs` (undefined: once, and again only when it failed for want of a server), not
 * while the page is hidden, and less often while it fails. Answers what ends it.
 */
export function pollWhileVisible(
  load: (signal: AbortSignal) => Promise<void>,
  everyMs: number | undefined,
): () => void {
  const ender = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isLoading = false
  let isDue = false
  const plan = (delayMs: number) => {
    clearTimeout(timer)
    timer = setTimeout(run, delayMs)
  }
  const run = async () => {
    if (ender.signal.aborted || isLoading) return
    if (document.hidden) {
      isDue = true
      return
    }
    isDue = false
    isLoading = true
    try {
      await load(ender.signal)
      failures = 0
      if (everyMs !== undefined) plan(everyMs)
    } catch (error) {
      failures += 1
      const isRepeated = everyMs !== undefined || asApiError(error).isUnreachable
      if (!ender.signal.aborted && isRepeated) plan(delayAfter(error, failures, everyMs ?? 0))
    } finally {
      isLoading = false
    }
  }
  const wake = () => {
    if (!document.hidden && isDue) void run()
  }
  // Whoever finds the server again wakes the others: much may have changed meanwhile.
  let wasReachable = connection.value.isReachable
  const unsubscribe = connection.subscribe(({ isReachable }) => {
    const isToRepeat = everyMs !== undefined || failures > 0
    if (isReachable && !wasReachable && isToRepeat && !isLoading) plan(0)
    wasReachable = isReachable
  })
  document.addEventListener('visibilitychange', wake)
  void run()
  return () => {
    ender.abort()
    clearTimeout(timer)
    unsubscribe()
    document.removeEventListener('visibilitychange', wake)
  }
}
