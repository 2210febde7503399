import { useId } from 'preact/hooks'
import { type Data, get } from '../../../api/client.ts'
import { Field } from '../../../components/fields.tsx'
import { useResource } from '../../../lib/use-resource.ts'

interface PlayerFieldProps {
  label?: string
  hint: string
  value: string
  onChange: (player: string) => void
}

/** Beyond that the suggestions would be a list nobody reads. */
const MOST_SUGGESTIONS = 500

const load = (signal: AbortSignal) => get<Data<{ player: string }[]>>('/api/stream-ids', { signal })

/** A player stream ID, with those there are as suggestions; it can be typed just as well without. */
export function PlayerField({ label = 'Player stream ID', hint, value, onChange }: PlayerFieldProps) {
  const listId = useId()
  const known = useResource(load).data?.data ?? []
  return (
    <Field name="player" label={label} hint={hint}>
      {attributes => (
        <>
          <input
            {...attributes}
            class="code"
            list={listId}
            value={value}
            placeholder="All streams"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={event => onChange(event.currentTarget.value)}
          />
          <datalist id={listId}>
            {known.slice(0, MOST_SUGGESTIONS).map(({ player }) => (
              <option key={player} value={player} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}
