import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../components/button.tsx'
import { Brand } from './brand.tsx'

/** The navigation of a phone, over the page. */
export function Drawer({ children, onClose }: { children: ComponentChildren; onClose: () => void }) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does it natively.
    <dialog
      ref={element}
      class="drawer"
      aria-label="Menu"
      onClose={onClose}
      onClick={event => {
        // The backdrop is the dialog's own.
        if (event.target === element.current) onClose()
      }}
    >
      <div class="drawer-inner">
        <header class="drawer-head">
          <Brand />
          <IconButton icon="close" label="Close the menu" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
