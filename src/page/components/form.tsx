import { type ComponentChildren, createContext } from 'preact'
import { useContext, useState } from 'preact/hooks'
import { type ApiError, asApiError, type Problem } from '../api/errors.ts'
import { Button } from './button.tsx'
import { Actions } from './dialog.tsx'

/** What the API found wrong with the fields of the form around. */
const Problems = createContext<readonly Problem[]>([])

/** The field that a problem is about: 'play_networks[2]' → 'play_networks'. */
const nameOf = ({ where }: Problem) => where.replace(/[[.].*$/, '')

/** Sentences about a field, by its name in the API. */
export function useProblems(name: string): readonly string[] {
  return useContext(Problems)
    .filter(problem => nameOf(problem) === name)
    .map(({ where, what }) => (where === name ? what : `${where.slice(name.length)} ${what}`))
}

interface FormProps {
  /** Names of the fields it has: problems of others, or of none, are shown at the end. */
  fields: readonly string[]
  submit: string
  children: ComponentChildren
  /** May reject with what the API says. */
  onSubmit: () => Promise<void>
  onCancel?: () => void
  isDisabled?: boolean
  isDanger?: boolean
}

const faultOf = (error: ApiError | undefined, fields: readonly string[]): string => {
  if (error === undefined) return ''
  const strange = error.problems.filter(problem => !fields.includes(nameOf(problem)))
  if (error.problems.length === 0) return error.message
  return strange.map(({ where, what }) => `${where} ${what}`).join('. ')
}

/** A form whose fields show what the API has to say about them. */
export function Form({ fields, submit, children, onSubmit, onCancel, isDisabled, isDanger }: FormProps) {
  const [error, setError] = useState<ApiError>()
  const [isBusy, setBusy] = useState(false)
  const send = async () => {
    if (isBusy || isDisabled === true) return
    setBusy(true)
    try {
      await onSubmit()
      setError(undefined)
    } catch (thrown) {
      setError(asApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  const fault = faultOf(error, fields)
  return (
    <Problems.Provider value={error?.problems ?? []}>
      <form
        class="form"
        noValidate
        onSubmit={event => {
          event.preventDefault()
          void send()
        }}
      >
        {children}
        <p class="form-fault" role="alert" hidden={fault === ''}>
          {fault}
        </p>
        <Actions>
          {onCancel !== undefined && <Button onClick={onCancel}>Cancel</Button>}
          <Button
            type="submit"
            kind={isDanger === true ? 'danger' : 'primary'}
            isBusy={isBusy}
            isDisabled={isDisabled}
          >
            {submit}
          </Button>
        </Actions>
      </form>
    </Problems.Provider>
  )
}
