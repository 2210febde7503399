import type { ComponentChildren } from 'preact'
import { Button } from '../../../components/button.tsx'
import { CopyButton } from '../../../components/copy-button.tsx'
import { Actions, Dialog } from '../../../components/dialog.tsx'
import { Icon } from '../../../components/icon.tsx'

interface SecretDialogProps {
  title: string
  /** Names the secret: 'the key'. */
  what: string
  secret: string
  /** What it is good for. */
  children: ComponentChildren
  onClose: () => void
}

/** Shows a secret for the only time. Escape does not close it. */
export function SecretDialog({ title, what, secret, children, onClose }: SecretDialogProps) {
  return (
    <Dialog title={title} isSticky onClose={onClose}>
      <div class="note note-warn">
        <Icon name="alert" />
        <p>
          <strong>Save {what} now.</strong> This is the only time that it can be seen.
        </p>
      </div>
      <div class="secret">
        <code>{secret}</code>
        <CopyButton text={secret} what={what} />
      </div>
      <div class="prose">{children}</div>
      <Actions>
        <Button kind="primary" onClick={onClose}>
          I have saved it
        </Button>
      </Actions>
    </Dialog>
  )
}
