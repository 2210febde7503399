import { Field } from '../../../components/fields.tsx'

interface GroupedSelectProps {
  label: string
  /** What choosing nothing means. */
  all: string
  groups: ReadonlyArray<readonly [title: string, values: readonly string[]]>
  value: string
  onChange: (value: string) => void
}

/** A choice of one out of groups; a whole group can be chosen too: its values with commas between. */
export function GroupedSelect({ label, all, groups, value, onChange }: GroupedSelectProps) {
  return (
    <Field name="types" label={label}>
      {attributes => (
        <select {...attributes} value={value} onChange={event => onChange(event.currentTarget.value)}>
          <option value="">{all}</option>
          {groups.map(([title, values]) => (
            <optgroup key={title} label={title}>
              <option value={values.join(',')}>{title}: all</option>
              {values.map(each => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  )
}
