import { useState } from 'preact/hooks'
import { path, remove } from '../../api/client.ts'
import type { StreamId } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Confirm } from '../../components/confirm.tsx'
import { Section } from '../../components/section.tsx'
import { toast } from '../../components/toast.tsx'
import { go } from '../../state/route.ts'
import { reloadStreams } from '../../state/streams.ts'

export function DeleteStream({ row }: { row: StreamId }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <Section
      title="Delete"
      aside={
        <Button kind="danger" icon="trash" onClick={() => setAsking(true)}>
          Delete this player stream ID
        </Button>
      }
    >
      <p class="muted">
        Its players are disconnected, and so is the publisher if this was its last player. It can't be undone.
      </p>
      {isAsking && (
        <Confirm
          title="Delete this player stream ID?"
          action="Delete"
          word={row.player}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await remove(path('stream-ids', row.player))
            toast(`${row.player} is deleted.`)
            reloadStreams()
            go('streams')
          }}
        >
          <p>
            Everybody who watches with <code>{row.player}</code> is disconnected, and can't come back.
          </p>
        </Confirm>
      )}
    </Section>
  )
}
