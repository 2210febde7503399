import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isAbort } from '../api/client.ts'
import { type ApiError, asApiError } from '../api/errors.ts'
import { pollWhileVisible } from './poll.ts'

export interface Resource<T> {
  /** What was loaded last; it stays when a later load fails. */
  data: T | undefined
  /** Of the last load; undefined: it worked. */
  error: ApiError | undefined
  /** Loads again now. */
  reload: () => void
}

export interface ResourceOptions {
  /** Milliseconds between loads while the page is visible; left out: once. */
  everyMs?: number
  /** Anything else that the load depends on: it starts anew, without the old data, when one changes. */
  on?: readonly (string | number | boolean | null | undefined)[]
}

/** Loads something from the API for as long as the component lives. */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs, on = [] }: ResourceOptions = {},
): Resource<T> {
  const [state, setState] = useState<{ data: T | undefined; error: ApiError | undefined; of: string }>({
    data: undefined,
    error: undefined,
    of: '',
  })
  const latest = useRef(load)
  latest.current = load
  const [round, setRound] = useState(0)
  const of = JSON.stringify(on)
  useEffect(() => {
    const once = async (signal: AbortSignal) => {
      try {
        const data = await latest.current(signal)
        if (!signal.aborted) setState({ data, error: undefined, of })
      } catch (thrown) {
        if (isAbort(thrown) || signal.aborted) return
        const error = asApiError(thrown)
        setState(before => ({ data: before.of === of ? before.data : undefined, error, of }))
        throw error
      }
    }
    return pollWhileVisible(once, everyMs)
  }, [of, everyMs, round])
  const reload = useCallback(() => setRound(before => before + 1), [])
  const isCurrent = state.of === of
  return { data: isCurrent ? state.data : undefined, error: isCurrent ? state.error : undefined, reload }
}
