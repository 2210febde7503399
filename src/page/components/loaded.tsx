import type { ComponentChildren } from 'preact'
import type { Resource } from '../lib/use-resource.ts'
import { ErrorNote } from './error-note.tsx'
import { Skeleton } from './skeleton.tsx'

interface LoadedProps<T> {
  of: Resource<T>
  /** Names it in sentences: 'Keys', 'The history'. */
  what: string
  children: (data: T) => ComponentChildren
}

/**
 * What a resource holds, or that it is being loaded, or why it can't be. What was loaded before stays, greyed out when
 * the server is gone.
 */
export function Loaded<T>({ of: { data, error, reload }, what, children }: LoadedProps<T>) {
  if (data === undefined) {
    return error === undefined ? (
      <Skeleton what={what} />
    ) : (
      <ErrorNote error={error} what={what} onRetry={reload} />
    )
  }
  const isStale = error?.isUnreachable === true
  return (
    <>
      {error !== undefined && !isStale && <ErrorNote error={error} what={what} onRetry={reload} />}
      <div class={isStale ? 'stale' : undefined}>{children(data)}</div>
    </>
  )
}
