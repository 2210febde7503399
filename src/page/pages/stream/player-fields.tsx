import { AreaField, CheckField, NumberField, TextField } from '../../components/fields.tsx'
import type { FieldsProps } from './settings-form.tsx'

export function PlayerFields({ row, draft, onChange, isDisabled }: FieldsProps) {
  return (
    <div class="form-grid">
      <TextField
        name="description"
        label="Description"
        value={draft.description}
        isDisabled={isDisabled}
        onChange={description => onChange({ description })}
      />
      {row.public_name !== undefined && (
        <TextField
          name="public_name"
          label="Public name"
          hint="With one, /api/status tells everybody whether it is live. Empty: it is not told."
          value={draft.public_name}
          isDisabled={isDisabled}
          onChange={public_name => onChange({ public_name })}
        />
      )}
      <NumberField
        name="max_players"
        label="Players at once"
        hint="0: no limit."
        min={0}
        value={draft.max_players}
        isDisabled={isDisabled}
        onChange={max_players => onChange({ max_players })}
      />
      <AreaField
        name="play_networks"
        label="May be played from"
        hint="IP addresses and CIDR blocks, one a line. Empty: from everywhere."
        value={draft.play_networks}
        isDisabled={isDisabled}
        onChange={play_networks => onChange({ play_networks })}
      />
      <CheckField
        name="tokens_only"
        label="Play tokens only"
        hint="The stream ID alone no longer gets anybody in."
        value={draft.tokens_only}
        isDisabled={isDisabled}
        onChange={tokens_only => onChange({ tokens_only })}
      />
    </div>
  )
}
