import { useState } from 'preact/hooks'
import { path, remove } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { Confirm } from '../../../components/confirm.tsx'
import { Empty } from '../../../components/empty.tsx'
import { Time } from '../../../components/time.tsx'
import { toast } from '../../../components/toast.tsx'
import { localTime } from '../../../lib/format.ts'
import { mayWrite } from '../../../state/session.ts'
import { Listed } from '../shared/listed.tsx'
import { usePages } from '../shared/use-pages.ts'
import type { Annotation } from './alert.ts'
import { AnnotationDialog } from './annotation-dialog.tsx'

function AnnotationItem({ of, onDelete }: { of: Annotation; onDelete: () => void }) {
  const { player, at, until, text, author } = of
  return (
    <li class="entry">
      <div class="entry-head">
        {player === null ? <span class="muted">all streams</span> : <code>{player}</code>}
        <span class="entry-when">
          <Time at={at} />
        </span>
      </div>
      <p class="entry-text wrap">{text}</p>
      <p class="entry-facts">
        <span>
          {localTime(Date.parse(at))}
          {until !== null && ` to ${localTime(Date.parse(until))}`}
        </span>
        <span>by {author}</span>
        {mayWrite.value && (
          <Button isSmall kind="quiet" label={`Delete the note ${text}`} onClick={onDelete}>
            Delete
          </Button>
        )}
      </p>
    </li>
  )
}

/** What people wrote down; the graphs show it where it happened. */
export function Annotations() {
  const annotations = usePages<Annotation>('/api/annotations')
  const [isNew, setNew] = useState(false)
  const [deleted, setDeleted] = useState<Annotation>()
  const drop = async ({ id }: Annotation) => {
    await remove(path('annotations', String(id)))
    toast('The note is deleted.')
    annotations.reload()
  }
  return (
    <>
      {mayWrite.value && (
        <div class="toolbar">
          <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
            New note
          </Button>
        </div>
      )}
      <Listed
        of={annotations}
        what="Notes"
        empty={
          <Empty icon="edit" title="No notes yet">
            Write down what happened, and the graphs show it at its time.
          </Empty>
        }
      >
        {rows => (
          <ul class="entries card" aria-label="Notes, newest first">
            {rows.map(row => (
              <AnnotationItem key={row.id} of={row} onDelete={() => setDeleted(row)} />
            ))}
          </ul>
        )}
      </Listed>
      {isNew && (
        <AnnotationDialog
          onClose={() => setNew(false)}
          onSaved={() => {
            setNew(false)
            annotations.reload()
          }}
        />
      )}
      {deleted !== undefined && (
        <Confirm
          title="Delete this note?"
          action="Delete"
          onClose={() => setDeleted(undefined)}
          onConfirm={() => drop(deleted)}
        >
          <p>{deleted.text}</p>
        </Confirm>
      )}
    </>
  )
}
