import { useEffect, useState } from 'preact/hooks'

const SETTLED_MS = 500

/** A value that somebody types, once they have stopped: each request counts against the key's rate limit. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
