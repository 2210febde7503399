import { useState } from 'preact/hooks'
import { path, post } from '../../api/client.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/fields.tsx'
import { Form } from '../../components/form.tsx'
import { toast } from '../../components/toast.tsx'
import { randomId } from '../../lib/random-id.ts'
import { go } from '../../state/route.ts'
import { reloadStreams } from '../../state/streams.ts'

const PUBLISHER_LENGTH = 24
const PLAYER_LENGTH = 12

const newPublisher = () => `pub_${randomId(PUBLISHER_LENGTH)}`
const newPlayer = () => `play_${randomId(PLAYER_LENGTH)}`

interface CreateDialogProps {
  onClose: () => void
  /** Another player of this publisher, instead of a new stream. */
  publisher?: string
}

/** Makes a stream, with IDs that can't be guessed unless others are typed. */
export function CreateDialog({ onClose, publisher: given }: CreateDialogProps) {
  const [description, setDescription] = useState('')
  const [publisher, setPublisher] = useState(given ?? newPublisher())
  const [player, setPlayer] = useState(newPlayer())
  const create = async () => {
    const said = description.trim() === '' ? {} : { description: description.trim() }
    await post(path('stream-ids'), { publisher, player, ...said })
    reloadStreams()
    toast('The stream can be published now.')
    onClose()
    go('stream', player)
  }
  return (
    <Dialog title={given === undefined ? 'New stream' : 'Another player stream ID'} onClose={onClose}>
      <Form
        fields={['description', 'publisher', 'player']}
        submit={given === undefined ? 'Create stream' : 'Add'}
        onSubmit={create}
        onCancel={onClose}
      >
        <TextField
          name="description"
          label="Description"
          hint="For people: what is to be seen in it."
          value={description}
          onChange={setDescription}
          placeholder="Main camera"
          isFirst
        />
        {given === undefined && (
          <TextField
            name="publisher"
            label="Publisher stream ID"
            hint="Whoever knows it can publish: keep it secret."
            value={publisher}
            onChange={setPublisher}
            isCode
            beside={
              <Button
                icon="refresh"
                label="Another random publisher stream ID"
                onClick={() => setPublisher(newPublisher())}
              >
                Random
              </Button>
            }
          />
        )}
        <TextField
          name="player"
          label="Player stream ID"
          hint="For those who watch. It can't be changed later."
          value={player}
          onChange={setPlayer}
          isCode
          beside={
            <Button
              icon="refresh"
              label="Another random player stream ID"
              onClick={() => setPlayer(newPlayer())}
            >
              Random
            </Button>
          }
        />
      </Form>
    </Dialog>
  )
}
