import { Field } from '../../../components/fields.tsx'
import { EVENT_GROUPS } from './event-types.ts'

interface EventPickerProps {
  /** ['*']: all. */
  value: readonly string[]
  onChange: (events: readonly string[]) => void
}

function Check({ name, label, value, onChange }: EventPickerProps & { name: string; label: string }) {
  const isOn = value.includes(name)
  const others = value.filter(each => each !== name)
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={() => onChange(isOn ? others : [...others, name])} />
      {label}
    </label>
  )
}

/** All types of events, those to come too, or some. */
export function EventPicker({ value, onChange }: EventPickerProps) {
  const isAll = value.includes('*')
  return (
    <>
      <Field name="events" label="Events">
        {attributes => (
          <select
            {...attributes}
            value={isAll ? 'all' : 'some'}
            onChange={event => onChange(event.currentTarget.value === 'all' ? ['*'] : [])}
          >
            <option value="all">All</option>
            <option value="some">Only these …</option>
          </select>
        )}
      </Field>
      {!isAll && (
        <div class="picker">
          {EVENT_GROUPS.map(([title, types]) => (
            <fieldset key={title}>
              <legend>{title}</legend>
              {types.map(type => (
                <Check key={type} name={type} label={type} value={value} onChange={onChange} />
              ))}
            </fieldset>
          ))}
        </div>
      )}
    </>
  )
}
