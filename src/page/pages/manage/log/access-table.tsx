import { Badge } from '../../../components/badge.tsx'
import { type Column, Table } from '../../../components/table.tsx'
import { Time } from '../../../components/time.tsx'
import type { AccessRow } from './rows.ts'

function StatusBadge({ status }: { status: number | null }) {
  if (status === null) return <span class="muted">unknown</span>
  if (status < 400) return <span class="number">{status}</span>
  return <Badge tone={status < 500 ? 'warn' : 'bad'}>{String(status)}</Badge>
}

const COLUMNS: readonly Column<AccessRow>[] = [
  {
    key: 'request',
    title: 'Request',
    isHead: true,
    cell: ({ method, path }) => (
      <code class="wrap">
        {method} {path}
      </code>
    ),
  },
  { key: 'status', title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    key: 'key',
    title: 'Key',
    cell: ({ key_name: name }) =>
      name === null ? <span class="muted">none</span> : <span class="wrap">{name}</span>,
  },
  { key: 'address', title: 'Address', cell: ({ address }) => <code>{address}</code> },
  {
    key: 'id',
    title: 'Request ID',
    cell: ({ request_id: id, would_deny: denial }) => (
      <span class="cell-stack">
        <code class="small faint wrap">{id ?? ''}</code>
        {denial !== null && <Badge tone="warn">{`let through: ${denial}`}</Badge>}
      </span>
    ),
  },
  { key: 'at', title: 'When', cell: ({ at }) => <Time at={at} none="unknown" /> },
]

export function AccessTable({ rows }: { rows: readonly AccessRow[] }) {
  return (
    <div class="sheet">
      <Table caption="Requests, newest first" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
    </div>
  )
}
