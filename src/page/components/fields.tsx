import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useProblems } from './form.tsx'

interface Common<T> {
  /** As the API calls it: its problems are shown here. */
  name: string
  label: string
  hint?: ComponentChildren
  value: T
  onChange: (value: T) => void
  isDisabled?: boolean
}

interface FieldProps {
  name: string
  label: string
  hint?: ComponentChildren
  children: (attributes: {
    id: string
    'aria-describedby': string
    'aria-invalid': boolean
  }) => ComponentChildren
}

/** A label, a control, a hint, and what the API says about it. */
export function Field({ name, label, hint, children }: FieldProps) {
  const id = useId()
  const problems = useProblems(name)
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': problems.length > 0 })}
      <div id={`${id}-about`} class="about">
        {problems.map(problem => (
          <p key={problem} class="problem">
            {problem}
          </p>
        ))}
        {hint !== undefined && <p class="hint">{hint}</p>}
      </div>
    </div>
  )
}

const TYPES = {
  text: { type: 'text' },
  password: { type: 'password' },
  url: { type: 'url' },
  search: { type: 'search' },
  'datetime-local': { type: 'datetime-local' },
} as const

interface TextFieldProps extends Common<string> {
  type?: keyof typeof TYPES
  placeholder?: string
  /** For stream IDs and the like. */
  isCode?: boolean
  /** Has the focus when it appears: the first of a dialog. */
  isFirst?: boolean
  /** Beside the control: a button. */
  beside?: ComponentChildren
}

export function TextField(props: TextFieldProps) {
  const {
    name,
    label,
    hint,
    value,
    onChange,
    isDisabled,
    type = 'text',
    placeholder,
    isCode,
    isFirst,
    beside,
  } = props
  return (
    <Field name={name} label={label} hint={hint}>
      {attributes => (
        <div class="beside">
          <input
            {...attributes}
            {...TYPES[type]}
            class={isCode === true ? 'code' : undefined}
            value={value}
            placeholder={placeholder}
            disabled={isDisabled}
            autofocus={isFirst}
            autocomplete={type === 'password' ? 'new-password' : 'off'}
            autocapitalize="off"
            spellcheck={isCode === true ? false : undefined}
            onInput={event => onChange(event.currentTarget.value)}
          />
          {beside}
        </div>
      )}
    </Field>
  )
}

interface NumberFieldProps extends Common<number> {
  unit?: string
  min?: number
  max?: number
  step?: number
}

/** A number; what is none is NaN, which the API refuses with a sentence. */
export function NumberField(props: NumberFieldProps) {
  const { name, label, hint, value, onChange, isDisabled, unit, min, max, step = 1 } = props
  return (
    <Field name={name} label={label} hint={hint}>
      {attributes => (
        <div class="beside">
          <input
            {...attributes}
            type="number"
            inputMode="decimal"
            min={min}
            max={max}
            step={step}
            value={Number.isNaN(value) ? '' : value}
            disabled={isDisabled}
            onInput={event => onChange(event.currentTarget.valueAsNumber)}
          />
          {unit !== undefined && <span class="unit">{unit}</span>}
        </div>
      )}
    </Field>
  )
}

export function SelectField({
  name,
  label,
  hint,
  value,
  onChange,
  isDisabled,
  options,
}: Common<string> & { options: readonly { value: string; label: string }[] }) {
  return (
    <Field name={name} label={label} hint={hint}>
      {attributes => (
        <select
          {...attributes}
          value={value}
          disabled={isDisabled}
          onChange={event => onChange(event.currentTarget.value)}
        >
          {options.map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function CheckField({ name, label, hint, value, onChange, isDisabled }: Common<boolean>) {
  const id = useId()
  const problems = useProblems(name)
  return (
    <div class="field field-check">
      <input
        id={id}
        type="checkbox"
        checked={value}
        disabled={isDisabled}
        aria-describedby={`${id}-about`}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        <div id={`${id}-about`} class="about">
          {problems.map(problem => (
            <p key={problem} class="problem">
              {problem}
            </p>
          ))}
          {hint !== undefined && <p class="hint">{hint}</p>}
        </div>
      </div>
    </div>
  )
}

/** A text of several lines. */
export function AreaField({
  name,
  label,
  hint,
  value,
  onChange,
  isDisabled,
  rows = 3,
}: Common<string> & { rows?: number }) {
  return (
    <Field name={name} label={label} hint={hint}>
      {attributes => (
        <textarea
          {...attributes}
          rows={rows}
          value={value}
          disabled={isDisabled}
          spellcheck={false}
          onInput={event => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** The lines of an AreaField that is a list. */
export const linesOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map(line => line.trim())
    .filter(line => line !== '')
