import { useState } from 'preact/hooks'
import { type Data, get, path, remove } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { Confirm } from '../../../components/confirm.tsx'
import { CheckField } from '../../../components/fields.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { PageHead } from '../../../components/section.tsx'
import { toast } from '../../../components/toast.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { nowMs } from '../../../state/now.ts'
import { identity, keptKey, signedIn } from '../../../state/session.ts'
import { useReloadOn } from '../shared/fresh.ts'
import { SecretDialog } from '../shared/secret-dialog.tsx'
import { type Key, type NewKey, stateOf } from './key.ts'
import { isOwn, KeysTable } from './keys-table.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'

const load = (signal: AbortSignal) => get<Data<Key[]>>('/api/keys', { signal })

type Open =
  | { kind: 'new' }
  | { kind: 'rotate' | 'revoke'; key: Key }
  | { kind: 'made'; made: NewKey; isOwn: boolean }

/** After a rotation of the key that is in use the page goes on with the new one. */
function goOnWith({ api_key: key, data: { name } }: NewKey): void {
  if (identity.value !== null) signedIn(key, { ...identity.value, name }, keptKey() !== '')
}

export function KeysPage() {
  const keys = useResource(load)
  useReloadOn('key.', keys.reload)
  const [open, setOpen] = useState<Open>()
  const [isAll, setAll] = useState(false)
  const close = () => setOpen(undefined)
  const show = (made: NewKey, before?: Key) => {
    const isOwnKey = before !== undefined && isOwn(before)
    if (isOwnKey) goOnWith(made)
    setOpen({ kind: 'made', made, isOwn: isOwnKey })
    keys.reload()
  }
  const revoke = async ({ id, name }: Key) => {
    await remove(path('keys', String(id)))
    toast(`${name} is revoked.`)
    keys.reload()
  }
  return (
    <>
      <PageHead
        title="API keys"
        lead="Who may use the API and this page, and for what."
        aside={
          <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'new' })}>
            New key
          </Button>
        }
      />
      <Loaded of={keys} what="Keys">
        {({ data }) => {
          const over = data.filter(key => stateOf(key, nowMs.value) !== 'active').length
          const rows = isAll ? data : data.filter(key => stateOf(key, nowMs.value) === 'active')
          return (
            <>
              <KeysTable
                keys={data}
                rows={rows}
                onRotate={key => setOpen({ kind: 'rotate', key })}
                onRevoke={key => setOpen({ kind: 'revoke', key })}
              />
              {over > 0 && (
                <CheckField
                  name="all"
                  label={`Show those that are over (${over})`}
                  value={isAll}
                  onChange={setAll}
                />
              )}
            </>
          )
        }}
      </Loaded>
      {open?.kind === 'new' && <NewKeyDialog onClose={close} onMade={show} />}
      {open?.kind === 'rotate' && (
        <RotateKeyDialog of={open.key} onClose={close} onMade={made => show(made, open.key)} />
      )}
      {open?.kind === 'revoke' && (
        <Confirm
          title={`Revoke ${open.key.name}?`}
          action="Revoke"
          onClose={close}
          onConfirm={() => revoke(open.key)}
        >
          <p>Whoever uses it is shut out at once, and it can't be brought back.</p>
          {isOwn(open.key) && <p>It is the key you are using: you will be signed out.</p>}
        </Confirm>
      )}
      {open?.kind === 'made' && (
        <SecretDialog
          title={`The key ${open.made.data.name}`}
          what="the key"
          secret={open.made.api_key}
          onClose={close}
        >
          <p>
            Programs send it as <code>Authorization: Bearer …</code>
          </p>
          {open.isOwn && <p>This page goes on with it.</p>}
        </SecretDialog>
      )}
    </>
  )
}
