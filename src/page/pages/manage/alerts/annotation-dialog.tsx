import { useState } from 'preact/hooks'
import { post } from '../../../api/client.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { AreaField, TextField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { isoOfLocal, localInput } from '../shared/local-time.ts'
import { PlayerField } from '../shared/player-field.tsx'

const FIELDS = ['player', 'at', 'until', 'text']

/** Writes down what happened, for the graphs. */
export function AnnotationDialog({ onClose, onSaved }: { onClose: () => void; onSaved: () => void }) {
  const [text, setText] = useState('')
  const [player, setPlayer] = useState('')
  const [at, setAt] = useState(() => localInput(new Date()))
  const [until, setUntil] = useState('')
  const save = async () => {
    const end = until === '' ? {} : { until: isoOfLocal(until) }
    const start = at === '' ? {} : { at: isoOfLocal(at) }
    await post('/api/annotations', { text, player: player === '' ? null : player, ...start, ...end })
    onSaved()
  }
  return (
    <Dialog title="New note" onClose={onClose}>
      <Form fields={FIELDS} submit="Write it down" onSubmit={save} onCancel={onClose}>
        <AreaField name="text" label="What happened" value={text} onChange={setText} />
        <PlayerField
          label="Stream"
          hint="A player stream ID. Empty: on the graphs of all streams."
          value={player}
          onChange={setPlayer}
        />
        <div class="field-pair field-pair-wide">
          <TextField name="at" label="At" type="datetime-local" value={at} onChange={setAt} />
          <TextField
            name="until"
            label="Until"
            type="datetime-local"
            hint="Empty: a moment."
            value={until}
            onChange={setUntil}
          />
        </div>
      </Form>
    </Dialog>
  )
}
