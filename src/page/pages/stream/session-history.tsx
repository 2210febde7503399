import { useState } from 'preact/hooks'
import { get, type Page } from '../../api/client.ts'
import type { PastSession } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Section } from '../../components/section.tsx'
import { Segments } from '../../components/segments.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { Time } from '../../components/time.tsx'
import { bytes, duration, milliseconds } from '../../lib/format.ts'
import { useResource } from '../../lib/use-resource.ts'

type Role = 'all' | 'publisher' | 'player'

const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'publisher', label: 'Publishers' },
  { value: 'player', label: 'Players' },
]

const COLUMNS: readonly Column<PastSession>[] = [
  {
    key: 'role',
    title: 'Role',
    isHead: true,
    cell: ({ role, ended }) =>
      ended === null ? (
        <Badge tone="good">{role === 'publisher' ? 'Publishing' : 'Watching'}</Badge>
      ) : (
        <span>{role === 'publisher' ? 'Publisher' : 'Player'}</span>
      ),
  },
  { key: 'address', title: 'Address', cell: ({ address }) => <span class="code">{address}</span> },
  { key: 'started', title: 'Started', cell: ({ started }) => <Time at={started} /> },
  { key: 'duration', title: 'For', kind: 'number', cell: ({ duration_s }) => duration(duration_s) },
  { key: 'bytes', title: 'Data', kind: 'number', cell: session => bytes(session.bytes) },
  { key: 'latency', title: 'Latency', kind: 'number', cell: ({ latency_ms }) => milliseconds(latency_ms) },
  { key: 'encryption', title: 'Encryption', cell: ({ encryption }) => encryption },
  { key: 'reason', title: 'Ended by', cell: ({ reason }) => reason ?? <span class="muted">–</span> },
]

const ROWS = 50

/** Who was connected, and for how long. */
export function SessionHistory({ player }: { player: string }) {
  const [role, setRole] = useState<Role>('all')
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const load = (signal: AbortSignal) =>
    get<Page<PastSession>>('/api/history', {
      query: { player, role: role === 'all' ? null : role, limit: ROWS, cursor },
      signal,
    })
  const resource = useResource(load, { on: [player, role, cursor] })
  const choose = (chosen: Role) => {
    setCursors([])
    setRole(chosen)
  }
  return (
    <Section
      title="Sessions"
      aside={<Segments label="Show" options={ROLES} value={role} onChange={choose} />}
    >
      <Loaded of={resource} what="The history">
        {page =>
          page.data.length === 0 ? (
            <Empty title="No sessions yet">
              Past and present connections of this stream are listed here.
            </Empty>
          ) : (
            <>
              <Table caption="Sessions" columns={COLUMNS} rows={page.data} rowKey={({ id }) => id} />
              <div class="pager">
                <Button
                  isSmall
                  icon="back"
                  isDisabled={cursors.length === 0}
                  onClick={() => setCursors(cursors.slice(0, -1))}
                >
                  Newer
                </Button>
                <Button
                  isSmall
                  icon="next"
                  isDisabled={page.next_cursor === null}
                  onClick={() => page.next_cursor !== null && setCursors([...cursors, page.next_cursor])}
                >
                  Older
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
    </Section>
  )
}
