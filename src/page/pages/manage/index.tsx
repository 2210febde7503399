import './manage.css'

export { AlertsPage } from './alerts/alerts-page.tsx'
export { ConfigPage } from './config/config-page.tsx'
export { KeysPage } from './keys/keys-page.tsx'
export { LogPage } from './log/log-page.tsx'
export { RefusalsPage } from './refusals/refusals-page.tsx'
export { WebhookPage } from './webhooks/webhook-page.tsx'
export { WebhooksPage } from './webhooks/webhooks-page.tsx'
