import { useState } from 'preact/hooks'
import { IconButton } from '../../components/button.tsx'
import { AreaField, CheckField, NumberField, TextField } from '../../components/fields.tsx'
import type { FieldsProps } from './settings-form.tsx'

function PublisherField({ draft, onChange, isDisabled }: FieldsProps) {
  const [isShown, setShown] = useState(false)
  return (
    <TextField
      name="publisher"
      label="Publisher stream ID"
      hint="Another one ends the session of whoever publishes with this one."
      type={isShown ? 'text' : 'password'}
      isCode
      value={draft.publisher}
      isDisabled={isDisabled}
      onChange={publisher => onChange({ publisher })}
      beside={
        <IconButton
          icon={isShown ? 'eye-off' : 'eye'}
          label={isShown ? 'Hide the publisher stream ID' : 'Show the publisher stream ID'}
          onClick={() => setShown(!isShown)}
        />
      }
    />
  )
}

export function PublisherFields(props: FieldsProps) {
  const { row, draft, onChange, isDisabled } = props
  return (
    <>
      {row.publisher === '' && (
        <p class="note">
          Players outside the scope of this key depend on the publisher too: it can't be changed here.
        </p>
      )}
      <div class="form-grid">
        {row.publisher !== '' && <PublisherField {...props} />}
        <TextField
          name="passphrase"
          label="Passphrase"
          type="password"
          hint={
            row.has_passphrase
              ? 'It has one, which is never shown. Type another to replace it, 10 to 79 bytes.'
              : "Empty: the server's own, if there is one. 10 to 79 bytes."
          }
          value={draft.passphrase}
          isDisabled={isDisabled || draft.isPassphraseRemoved}
          onChange={passphrase => onChange({ passphrase })}
        />
        {row.has_passphrase && (
          <CheckField
            name="remove_passphrase"
            label="Remove the passphrase"
            value={draft.isPassphraseRemoved}
            isDisabled={isDisabled}
            onChange={isPassphraseRemoved => onChange({ isPassphraseRemoved, passphrase: '' })}
          />
        )}
        <NumberField
          name="max_bitrate_kbps"
          label="Greatest bitrate"
          hint="A publisher above it is disconnected. 0: no limit."
          unit="kbit/s"
          min={0}
          value={draft.max_bitrate_kbps}
          isDisabled={isDisabled}
          onChange={max_bitrate_kbps => onChange({ max_bitrate_kbps })}
        />
        <NumberField
          name="bitrate_grace_s"
          label="For longer than"
          unit="s"
          min={0}
          value={draft.bitrate_grace_s}
          isDisabled={isDisabled}
          onChange={bitrate_grace_s => onChange({ bitrate_grace_s })}
        />
        <AreaField
          name="publish_networks"
          label="May be published from"
          hint="IP addresses and CIDR blocks, one a line. Empty: from everywhere."
          value={draft.publish_networks}
          isDisabled={isDisabled}
          onChange={publish_networks => onChange({ publish_networks })}
        />
      </div>
    </>
  )
}
