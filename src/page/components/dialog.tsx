import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  /** By Escape, the cross, or whoever renders it. Render it only while it is open. */
  onClose: () => void
  children: ComponentChildren
  isWide?: boolean
  /** A dialog with something that is shown once is not closed by a stray Escape. */
  isSticky?: boolean
}

/** A modal dialog: the focus stays in it, and goes back to where it was when it closes. */
export function Dialog({ title, onClose, children, isWide, isSticky }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    const dialog = element.current
    dialog?.showModal()
    return () => {
      // What is outside an open dialog takes no focus.
      dialog?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class={isWide === true ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={event => {
        event.preventDefault()
        if (isSticky !== true) onClose()
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        {isSticky !== true && <IconButton icon="close" label="Close" onClick={onClose} />}
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}

/** The row of buttons at the end of a dialog or form; the main one comes last. */
export function Actions({ children }: { children: ComponentChildren }) {
  return <div class="actions">{children}</div>
}
