import { useState } from 'preact/hooks'
import { patch, path } from '../../api/client.ts'
import type { StreamId } from '../../api/types.ts'
import { Form } from '../../components/form.tsx'
import { Section } from '../../components/section.tsx'
import { toast } from '../../components/toast.tsx'
import { isAdmin, mayWrite } from '../../state/session.ts'
import { reloadStreams } from '../../state/streams.ts'
import { DeleteStream } from './delete-stream.tsx'
import { PlayerFields } from './player-fields.tsx'
import { PublisherFields } from './publisher-fields.tsx'
import { changesOf, type Draft, draftOf } from './settings-draft.ts'

const FIELDS = [
  'description',
  'public_name',
  'publisher',
  'passphrase',
  'max_bitrate_kbps',
  'bitrate_grace_s',
  'publish_networks',
  'max_players',
  'play_networks',
  'tokens_only',
]

export interface FieldsProps {
  row: StreamId
  draft: Draft
  onChange: (changes: Partial<Draft>) => void
  isDisabled: boolean
}

/** What may be set for a stream: of this player stream ID, and of the publisher behind it. */
export function SettingsForm({ row, onChanged }: { row: StreamId; onChanged: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(row))
  const isReadOnly = !mayWrite.value
  const changes = changesOf(draft, row)
  const isUnchanged = Object.keys(changes).length === 0
  const onChange = (part: Partial<Draft>) => setDraft(before => ({ ...before, ...part }))
  const save = async () => {
    await patch(path('stream-ids', row.player), changes)
    toast('Saved, and in force.')
    setDraft(before => ({ ...before, passphrase: '', isPassphraseRemoved: false }))
    onChanged()
    reloadStreams()
  }
  return (
    <>
      <Form fields={FIELDS} submit="Save changes" isDisabled={isReadOnly || isUnchanged} onSubmit={save}>
        {isReadOnly && <p class="note">This key may look at the settings, and not change them.</p>}
        <Section title="This player stream ID">
          <PlayerFields row={row} draft={draft} onChange={onChange} isDisabled={isReadOnly} />
        </Section>
        <Section title="The publisher, with all its players">
          <PublisherFields
            row={row}
            draft={draft}
            onChange={onChange}
            isDisabled={isReadOnly || row.publisher === ''}
          />
        </Section>
      </Form>
      {isAdmin.value && <DeleteStream row={row} />}
    </>
  )
}
