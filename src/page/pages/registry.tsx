import type { VNode } from 'preact'
import type { IconName } from '../components/icon.tsx'
import { allows, type Identity, type Permission } from '../state/session.ts'
import {
  AlertsPage,
  ConfigPage,
  KeysPage,
  LogPage,
  RefusalsPage,
  WebhookPage,
  WebhooksPage,
} from './manage/index.tsx'
import { StreamPage } from './stream/stream-page.tsx'
import { StreamsPage } from './streams/streams-page.tsx'

/** What the navigation leads to. */
export interface PageEntry {
  /** First segment of the address: `#/<id>`. */
  id: string
  title: string
  icon: IconName
  /** Keys with less don't see the entry. */
  needs: Permission
  /** Not for keys that are bound to some players. */
  isUnscopedOnly?: boolean
  /** Another entry, which leads to it: it has none of its own in the navigation. */
  parent?: string
  render: (rest: readonly string[]) => VNode
}

/** THE table of pages. */
export const PAGES: readonly PageEntry[] = [
  { id: 'streams', title: 'Streams', icon: 'streams', needs: 'read', render: () => <StreamsPage /> },
  {
    id: 'stream',
    title: 'Stream',
    icon: 'streams',
    needs: 'read',
    parent: 'streams',
    render: rest => <StreamPage rest={rest} />,
  },
  { id: 'refusals', title: 'Refusals', icon: 'refusals', needs: 'read', render: () => <RefusalsPage /> },
  {
    id: 'alerts',
    title: 'Alerts',
    icon: 'alerts',
    needs: 'read',
    render: ([part]) => <AlertsPage part={part} />,
  },
  { id: 'log', title: 'Log', icon: 'log', needs: 'read', render: ([part]) => <LogPage part={part} /> },
  {
    id: 'keys',
    title: 'Keys',
    icon: 'keys',
    needs: 'admin',
    isUnscopedOnly: true,
    render: () => <KeysPage />,
  },
  {
    id: 'webhooks',
    title: 'Webhooks',
    icon: 'webhooks',
    needs: 'admin',
    isUnscopedOnly: true,
    render: ([id]) => (id === undefined ? <WebhooksPage /> : <WebhookPage id={id} />),
  },
  {
    id: 'config',
    title: 'Configuration',
    icon: 'config',
    needs: 'admin',
    isUnscopedOnly: true,
    render: () => <ConfigPage />,
  },
]

export const pagesOf = ({ permission, isScoped }: Identity) =>
  PAGES.filter(page => allows(permission, page.needs) && !(page.isUnscopedOnly === true && isScoped))
