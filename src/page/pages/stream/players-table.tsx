import { useState } from 'preact/hooks'
import { type Page, path, remove } from '../../api/client.ts'
import type { Session } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Confirm } from '../../components/confirm.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Section } from '../../components/section.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { toast } from '../../components/toast.tsx'
import { bitrate, bytes, duration, milliseconds, percent } from '../../lib/format.ts'
import type { Resource } from '../../lib/use-resource.ts'
import { mayWrite } from '../../state/session.ts'

const addressOf = ({ address, port }: Session) => `${address}:${port}`

const COLUMNS: readonly Column<Session>[] = [
  {
    key: 'address',
    title: 'Address',
    isHead: true,
    cell: session => <span class="code">{addressOf(session)}</span>,
  },
  { key: 'bitrate', title: 'Bitrate', kind: 'number', cell: session => bitrate(session.bitrate_kbps) },
  { key: 'rtt', title: 'RTT', kind: 'number', cell: session => milliseconds(session.rtt_ms) },
  { key: 'loss', title: 'Loss', kind: 'number', cell: session => percent(session.loss_percent) },
  { key: 'latency', title: 'Latency', kind: 'number', cell: session => milliseconds(session.latency_ms) },
  { key: 'sent', title: 'Sent', kind: 'number', cell: session => bytes(session.counters.bytes) },
  { key: 'uptime', title: 'Up for', kind: 'number', cell: session => duration(session.uptime) },
  { key: 'token', title: 'Play token', cell: session => <span class="code">{session.token_id ?? '–'}</span> },
]

/** Who is watching with this player stream ID, and the way to put them out. */
export function PlayersTable({ resource, most }: { resource: Resource<Page<Session>>; most: number }) {
  const [asked, setAsked] = useState<Session>()
  const actions: Column<Session> = {
    key: 'actions',
    title: 'Actions',
    kind: 'actions',
    cell: session => (
      <Button
        isSmall
        kind="danger"
        label={`Disconnect ${addressOf(session)}`}
        onClick={() => setAsked(session)}
      >
        Disconnect
      </Button>
    ),
  }
  const columns = mayWrite.value ? [...COLUMNS, actions] : COLUMNS
  return (
    <Section title={`Players${resource.data === undefined ? '' : ` (${resource.data.data.length})`}`}>
      <Loaded of={resource} what="Players">
        {page =>
          page.data.length === 0 ? (
            <p class="muted">Nobody is watching with this stream ID.</p>
          ) : (
            <>
              <Table caption="Players" columns={columns} rows={page.data} rowKey={({ id }) => id} />
              {page.next_cursor !== null && <p class="muted small">The first {most} are shown.</p>}
            </>
          )
        }
      </Loaded>
      {asked !== undefined && (
        <Confirm
          title={`Disconnect ${addressOf(asked)}?`}
          action="Disconnect"
          onClose={() => setAsked(undefined)}
          onConfirm={async () => {
            await remove(path('sessions', String(asked.id)))
            toast(`${addressOf(asked)} is being disconnected.`)
            resource.reload()
          }}
        >
          <p>
            Nothing keeps this player from coming back. For that, void its play token or change the networks.
          </p>
        </Confirm>
      )}
    </Section>
  )
}
