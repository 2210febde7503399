import { useState } from 'preact/hooks'
import { type Data, path, post } from '../../api/client.ts'
import type { PlayToken } from '../../api/types.ts'
import { Dialog } from '../../components/dialog.tsx'
import { NumberField, SelectField, TextField } from '../../components/fields.tsx'
import { Form } from '../../components/form.tsx'
import { toast } from '../../components/toast.tsx'

const LIVES = [
  { value: '600', label: '10 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '28800', label: '8 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
]

interface TokenDialogProps {
  player: string
  onMade: (token: PlayToken) => void
  onClose: () => void
}

export function TokenDialog({ player, onMade, onClose }: TokenDialogProps) {
  const [expiresInS, setExpiresInS] = useState('3600')
  const [maxUses, setMaxUses] = useState(0)
  const [address, setAddress] = useState('')
  const make = async () => {
    const bound = address.trim() === '' ? {} : { address: address.trim() }
    const wish = { expires_in: Number(expiresInS), max_uses: maxUses, ...bound }
    const { data } = await post<Data<PlayToken>>(path('stream-ids', player, 'tokens'), wish)
    onMade(data)
    toast('The play token is ready.')
    onClose()
  }
  return (
    <Dialog title="New play token" onClose={onClose}>
      <Form
        fields={['expires_in', 'max_uses', 'address']}
        submit="Make token"
        onSubmit={make}
        onCancel={onClose}
      >
        <SelectField
          name="expires_in"
          label="Gets in for"
          hint="Whoever is connected by then stays."
          options={LIVES}
          value={expiresInS}
          onChange={setExpiresInS}
        />
        <NumberField
          name="max_uses"
          label="Connections"
          hint="How often it may be used. 0: no limit."
          min={0}
          value={maxUses}
          onChange={setMaxUses}
        />
        <TextField
          name="address"
          label="From"
          hint="An IP address or CIDR block. Empty: from everywhere."
          value={address}
          onChange={setAddress}
          isCode
        />
      </Form>
    </Dialog>
  )
}
