import { useState } from 'preact/hooks'
import { post } from '../../../api/client.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { AreaField, linesOf, NumberField, SelectField, TextField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { isoOfLocal } from '../shared/local-time.ts'
import { EXPIRIES } from './expiry.ts'
import type { NewKey } from './key.ts'

const PERMISSIONS = [
  { value: 'read', label: 'Read: may look' },
  { value: 'write', label: 'Write: may look and change streams' },
  { value: 'admin', label: 'Admin: may do everything' },
]

const SCOPES = [
  { value: '', label: 'Everything' },
  { value: 'prefix', label: 'Players that begin with …' },
  { value: 'players', label: 'Only these players …' },
]

const FIELDS = ['name', 'permissions', 'expires_at', 'expires_in', 'scope', 'rate_limit']
const EMPTY = { name: '', permissions: 'read', expiry: '', expiresAt: '', scope: '', prefix: '', players: '' }

type Wish = typeof EMPTY & { rateLimit: number }

function bodyOf(wish: Wish): Record<string, unknown> {
  const { name, permissions, expiry, expiresAt, scope, prefix, players, rateLimit } = wish
  const chosenScope = scope === 'prefix' ? { prefix } : { players: linesOf(players) }
  return {
    permissions,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(expiry === ''
      ? {}
      : expiry === 'at'
        ? { expires_at: isoOfLocal(expiresAt) }
        : { expires_in: Number(expiry) }),
    ...(scope === '' ? {} : { scope: chosenScope }),
    ...(Number.isNaN(rateLimit) ? {} : { rate_limit: rateLimit }),
  }
}

interface NewKeyDialogProps {
  onClose: () => void
  onMade: (made: NewKey) => void
}

export function NewKeyDialog({ onClose, onMade }: NewKeyDialogProps) {
  const [wish, setWish] = useState<Wish>({ ...EMPTY, rateLimit: Number.NaN })
  const set = (change: Partial<Wish>) => setWish({ ...wish, ...change })
  const make = async () => onMade(await post<NewKey>('/api/keys', bodyOf(wish)))
  return (
    <Dialog title="New API key" onClose={onClose}>
      <Form fields={FIELDS} submit="Make the key" onSubmit={make} onCancel={onClose}>
        <TextField
          name="name"
          label="Name"
          hint="Who or what will use it."
          placeholder="New API Key"
          isFirst
          value={wish.name}
          onChange={name => set({ name })}
        />
        <SelectField
          name="permissions"
          label="Permissions"
          value={wish.permissions}
          onChange={permissions => set({ permissions })}
          options={PERMISSIONS}
        />
        <SelectField
          name={wish.scope === '' ? 'scope' : ''}
          label="Scope"
          hint={wish.scope === '' ? undefined : 'Everything else is to it as if it did not exist.'}
          value={wish.scope}
          onChange={scope => set({ scope })}
          options={SCOPES}
        />
        {wish.scope === 'prefix' && (
          <TextField
            name="scope"
            label="Beginning of the player stream IDs"
            isCode
            value={wish.prefix}
            onChange={prefix => set({ prefix })}
          />
        )}
        {wish.scope === 'players' && (
          <AreaField
            name="scope"
            label="Player stream IDs"
            hint="One a line."
            value={wish.players}
            onChange={players => set({ players })}
          />
        )}
        <SelectField
          name="expires_in"
          label="Ends"
          value={wish.expiry}
          onChange={expiry => set({ expiry })}
          options={EXPIRIES}
        />
        {wish.expiry === 'at' && (
          <TextField
            name="expires_at"
            label="Ends at"
            type="datetime-local"
            hint="In the time of this device."
            value={wish.expiresAt}
            onChange={expiresAt => set({ expiresAt })}
          />
        )}
        <NumberField
          name="rate_limit"
          label="Rate limit"
          unit="requests a minute"
          hint="Empty: the configured one."
          min={1}
          value={wish.rateLimit}
          onChange={rateLimit => set({ rateLimit })}
        />
      </Form>
    </Dialog>
  )
}
