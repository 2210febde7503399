import { useComputed } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { PageHead } from '../../components/section.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { plural } from '../../lib/format.ts'
import { connection } from '../../state/connection.ts'
import { live, watchLive } from '../../state/live.ts'
import { mayWrite } from '../../state/session.ts'
import { reloadStreams, streams, watchStreams } from '../../state/streams.ts'
import { CreateDialog } from './create-dialog.tsx'
import { groupsOf, shownGroups } from './groups.ts'
import { Numbers } from './numbers.tsx'
import { StreamList } from './stream-list.tsx'
import { Toolbar } from './toolbar.tsx'
import { view } from './view.ts'
import './streams.css'

function Nothing({ isSearched, onCreate }: { isSearched: boolean; onCreate: () => void }) {
  if (isSearched) {
    return (
      <Empty icon="search" title="No stream matches">
        Change the search or the filter.
      </Empty>
    )
  }
  const button = (
    <Button kind="primary" icon="plus" onClick={onCreate}>
      New stream
    </Button>
  )
  return (
    <Empty title="No streams yet" action={mayWrite.value ? button : undefined}>
      A stream is a pair of stream IDs: a secret one to publish with, and one to play with.
    </Empty>
  )
}

/** All streams that the key may see, and what they are doing. */
export function StreamsPage() {
  const [isCreating, setCreating] = useState(false)
  useEffect(() => {
    const ends = [watchLive(), watchStreams()]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  const groups = useComputed(() => groupsOf(streams.value.rows ?? [], live.value)).value
  const { rows, error, isComplete } = streams.value
  const shown = shownGroups(groups, view.value)
  const isStale = !connection.value.isReachable
  return (
    <>
      <PageHead
        title="Streams"
        lead={
          rows === undefined
            ? undefined
            : `${plural(groups.length, 'stream')}${isComplete ? '' : ' so far …'}`
        }
        aside={
          mayWrite.value && (
            <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
              New stream
            </Button>
          )
        }
      />
      {error !== undefined && !error.isUnreachable && (
        <ErrorNote error={error} what="Streams" onRetry={reloadStreams} />
      )}
      {rows === undefined && (error === undefined || error.isUnreachable) && (
        <Skeleton what="Streams" rows={6} />
      )}
      {rows !== undefined && (
        <div class={isStale ? 'stale' : undefined}>
          {groups.length > 0 && <Numbers groups={groups} />}
          {groups.length > 0 && <Toolbar />}
          {shown.length === 0 ? (
            <Nothing isSearched={groups.length > 0} onCreate={() => setCreating(true)} />
          ) : (
            <StreamList groups={shown} live={live.value} />
          )}
        </div>
      )}
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
    </>
  )
}
