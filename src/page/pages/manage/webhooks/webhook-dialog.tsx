import { useState } from 'preact/hooks'
import { type Data, patch, path, post } from '../../../api/client.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { AreaField, linesOf, TextField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { EventPicker } from './event-picker.tsx'
import type { Webhook, WebhookWithSecret } from './webhook.ts'

const FIELDS = ['url', 'description', 'events', 'players', 'secret']

interface WebhookDialogProps {
  /** Undefined: a new one. */
  of?: Webhook
  onClose: () => void
  onMade?: (made: WebhookWithSecret) => void
  onChanged?: () => void
}

/** Makes a webhook, or changes one. */
export function WebhookDialog({ of, onClose, onMade, onChanged }: WebhookDialogProps) {
  const [url, setUrl] = useState(of?.url ?? '')
  const [description, setDescription] = useState(of?.description ?? '')
  const [events, setEvents] = useState<readonly string[]>(of?.events ?? ['*'])
  const [players, setPlayers] = useState(of?.players.join('\n') ?? '')
  const [secret, setSecret] = useState('')
  const save = async () => {
    const body = { url: url.trim(), description, events, players: linesOf(players) }
    if (of === undefined) {
      const own = secret.trim() === '' ? {} : { secret: secret.trim() }
      const made = await post<Data<WebhookWithSecret>>('/api/webhooks', { ...body, ...own })
      onMade?.(made.data)
    } else {
      await patch(path('webhooks', String(of.id)), body)
      onChanged?.()
    }
  }
  return (
    <Dialog title={of === undefined ? 'New webhook' : 'Change the webhook'} onClose={onClose}>
      <Form
        fields={FIELDS}
        submit={of === undefined ? 'Make the webhook' : 'Save'}
        onSubmit={save}
        onCancel={onClose}
      >
        <TextField
          name="url"
          label="URL"
          type="url"
          isCode
          isFirst
          placeholder="https://"
          hint="Each event is sent there as a POST. Private addresses need webhook_networks."
          value={url}
          onChange={setUrl}
        />
        <TextField name="description" label="Description" value={description} onChange={setDescription} />
        <EventPicker value={events} onChange={setEvents} />
        <AreaField
          name="players"
          label="Player stream IDs"
          hint="One a line. Empty: all streams."
          rows={2}
          value={players}
          onChange={setPlayers}
        />
        {of === undefined && (
          <TextField
            name="secret"
            label="Secret"
            isCode
            placeholder="whsec_…"
            hint="It signs what is sent. Empty: one is made."
            value={secret}
            onChange={setSecret}
          />
        )}
      </Form>
    </Dialog>
  )
}
