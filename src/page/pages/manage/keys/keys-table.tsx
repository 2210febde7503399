import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { type Column, Table } from '../../../components/table.tsx'
import { Time } from '../../../components/time.tsx'
import { nowMs } from '../../../state/now.ts'
import { key as ownKey } from '../../../state/session.ts'
import { isLastAdmin, type Key, type KeyState, scopeText, stateOf } from './key.ts'

export const isOwn = ({ prefix, active }: Key) =>
  active && prefix !== null && prefix !== '' && ownKey.value.startsWith(prefix)

const STATES: Readonly<Record<KeyState, preact.JSX.Element>> = {
  active: <Badge tone="good">active</Badge>,
  expired: <Badge tone="idle">expired</Badge>,
  revoked: <Badge tone="idle">revoked</Badge>,
}

function NameCell({ of }: { of: Key }) {
  return (
    <span class="cell-stack">
      <strong>{of.name}</strong>
      <span class="muted">
        {of.prefix !== null && <code>{of.prefix}…</code>}
        {of.source === 'configuration' && ' of the configuration'}
        {isOwn(of) && ' the one you are using'}
      </span>
    </span>
  )
}

interface KeysTableProps {
  keys: readonly Key[]
  onRotate: (key: Key) => void
  onRevoke: (key: Key) => void
}

function ActionsCell({ of, keys, onRotate, onRevoke }: KeysTableProps & { of: Key }) {
  if (of.source === 'configuration') return <span class="muted">Change it in api_keys</span>
  if (stateOf(of, nowMs.value) !== 'active') return null
  const isLast = isLastAdmin(of, keys, nowMs.value)
  return (
    <span class="row-actions">
      <Button isSmall label={`Rotate ${of.name}`} onClick={() => onRotate(of)}>
        Rotate
      </Button>
      {isLast ? (
        <span class="muted">The last admin key stays</span>
      ) : (
        <Button isSmall label={`Revoke ${of.name}`} onClick={() => onRevoke(of)}>
          Revoke
        </Button>
      )}
    </span>
  )
}

const COLUMNS: readonly Column<Key>[] = [
  { key: 'name', title: 'Name', isHead: true, cell: key => <NameCell of={key} /> },
  { key: 'state', title: 'State', cell: key => STATES[stateOf(key, nowMs.value)] },
  { key: 'permissions', title: 'May', cell: ({ permissions }) => permissions },
  { key: 'scope', title: 'Scope', cell: ({ scope }) => <span class="wrap">{scopeText(scope)}</span> },
  {
    key: 'rate',
    title: 'Rate limit',
    cell: ({ rate_limit: rate }) => (rate === null ? <span class="muted">default</span> : `${rate} a minute`),
  },
  { key: 'used', title: 'Last used', cell: ({ last_used: at }) => <Time at={at} /> },
  { key: 'ends', title: 'Ends', cell: ({ expires_at: at }) => <Time at={at} /> },
]

/** `keys` are all there are; the rows that are over are left out by whoever asks. */
export function KeysTable({ rows, ...props }: KeysTableProps & { rows: readonly Key[] }) {
  const actions: Column<Key> = {
    key: 'actions',
    title: 'Actions',
    kind: 'actions',
    cell: key => <ActionsCell of={key} {...props} />,
  }
  return (
    <div class="sheet">
      <Table caption="API keys" columns={[...COLUMNS, actions]} rows={rows} rowKey={({ id }) => id} />
    </div>
  )
}
