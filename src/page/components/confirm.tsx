import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { asApiError } from '../api/errors.ts'
import { Button } from './button.tsx'
import { Actions, Dialog } from './dialog.tsx'

interface ConfirmProps {
  title: string
  /** What will happen. */
  children: ComponentChildren
  /** The button's words: 'Delete', 'Revoke'. */
  action: string
  /** Has to be typed first: for what can't be undone. */
  word?: string
  onClose: () => void
  /** May reject: the sentence is shown, and the dialog stays. */
  onConfirm: () => Promise<void>
}

/** Asks before something is done that can't be undone. */
export function Confirm({ title, children, action, word, onClose, onConfirm }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const inputId = useId()
  const isReady = word === undefined || typed === word
  const confirm = async () => {
    if (!isReady || isBusy) return
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFault(asApiError(error).message)
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          void confirm()
        }}
      >
        <div class="prose">{children}</div>
        {word !== undefined && (
          <div class="field">
            <label for={inputId}>
              Type <code>{word}</code> to go on
            </label>
            <input
              id={inputId}
              value={typed}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              onInput={event => setTyped(event.currentTarget.value)}
            />
          </div>
        )}
        {fault !== '' && (
          <p class="form-fault" role="alert">
            {fault}
          </p>
        )}
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" isBusy={isBusy} isDisabled={!isReady}>
            {action}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
