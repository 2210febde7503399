import type { ComponentChildren } from 'preact'
import { SecretDialog } from '../shared/secret-dialog.tsx'

interface WebhookSecretProps {
  secret: string
  children?: ComponentChildren
  onClose: () => void
}

/** The secret of a webhook, right after it was made. */
export function WebhookSecret({ secret, children, onClose }: WebhookSecretProps) {
  return (
    <SecretDialog title="The secret of the webhook" what="the secret" secret={secret} onClose={onClose}>
      <p>
        Your program checks with it that a call is from this server, by the header{' '}
        <code>webhook-signature</code> as the Standard Webhooks say.
      </p>
      {children}
    </SecretDialog>
  )
}
