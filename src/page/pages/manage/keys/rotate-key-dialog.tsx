import { useState } from 'preact/hooks'
import { path, post } from '../../../api/client.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { SelectField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { OVERLAPS } from './expiry.ts'
import type { Key, NewKey } from './key.ts'

interface RotateKeyDialogProps {
  of: Key
  onClose: () => void
  onMade: (made: NewKey) => void
}

export function RotateKeyDialog({ of: { id, name }, onClose, onMade }: RotateKeyDialogProps) {
  const [overlap, setOverlap] = useState('3600')
  const rotate = async () =>
    onMade(await post<NewKey>(path('keys', String(id), 'rotate'), { overlap: Number(overlap) }))
  return (
    <Dialog title={`Rotate ${name}`} onClose={onClose}>
      <Form fields={['overlap']} submit="Rotate" onSubmit={rotate} onCancel={onClose}>
        <p>
          A new key with the same rights takes its place. Give it to whoever uses the old one before that
          ends.
        </p>
        <SelectField
          name="overlap"
          label="The old key"
          value={overlap}
          onChange={setOverlap}
          options={OVERLAPS}
        />
      </Form>
    </Dialog>
  )
}
