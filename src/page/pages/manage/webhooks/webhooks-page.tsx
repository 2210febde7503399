import { useState } from 'preact/hooks'
import { type Data, get } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { Empty } from '../../../components/empty.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { PageHead } from '../../../components/section.tsx'
import { type Column, Table } from '../../../components/table.tsx'
import { Time } from '../../../components/time.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { go, hrefOf } from '../../../state/route.ts'
import { useReloadOn } from '../shared/fresh.ts'
import { eventsText, hostOf, OutcomeBadge, pendingText, playersText, StateBadge } from './state-badge.tsx'
import type { Webhook, WebhookWithSecret } from './webhook.ts'
import { WebhookDialog } from './webhook-dialog.tsx'
import { WebhookSecret } from './webhook-secret.tsx'

const EVERY_MS = 15_000

const COLUMNS: readonly Column<Webhook>[] = [
  {
    key: 'url',
    title: 'Endpoint',
    isHead: true,
    cell: ({ id, url, description }) => (
      <span class="cell-stack">
        <a href={hrefOf('webhooks', String(id))}>
          <strong>{hostOf(url)}</strong>
        </a>
        {description !== '' && <span class="muted wrap">{description}</span>}
      </span>
    ),
  },
  { key: 'state', title: 'State', cell: webhook => <StateBadge of={webhook} /> },
  { key: 'events', title: 'Events', cell: eventsText },
  { key: 'players', title: 'Streams', cell: webhook => <span class="wrap">{playersText(webhook)}</span> },
  { key: 'pending', title: 'Waiting', kind: 'number', cell: pendingText },
  {
    key: 'last',
    title: 'Last delivery',
    cell: ({ last_delivery: last }) =>
      last === null ? (
        <span class="muted">none yet</span>
      ) : (
        <span class="row-actions">
          <OutcomeBadge of={last} /> <Time at={last.at} />
        </span>
      ),
  },
]

const load = (signal: AbortSignal) => get<Data<Webhook[]>>('/api/webhooks', { signal })

/** All webhooks. */
export function WebhooksPage() {
  const webhooks = useResource(load, { everyMs: EVERY_MS })
  useReloadOn('webhook.', webhooks.reload)
  const [isNew, setNew] = useState(false)
  const [made, setMade] = useState<WebhookWithSecret>()
  const newButton = (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      New webhook
    </Button>
  )
  return (
    <>
      <PageHead
        title="Webhooks"
        lead="Programs that are told what happens: signed, in order, and again until they have it."
        aside={newButton}
      />
      <Loaded of={webhooks} what="Webhooks">
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon="webhooks" title="No webhooks yet">
              Make one, and an address of yours is called when a stream begins, stalls or ends.
            </Empty>
          ) : (
            <div class="sheet">
              <Table caption="Webhooks" columns={COLUMNS} rows={data} rowKey={({ id }) => id} />
            </div>
          )
        }
      </Loaded>
      {isNew && (
        <WebhookDialog
          onClose={() => setNew(false)}
          onMade={answer => {
            setNew(false)
            setMade(answer)
            webhooks.reload()
          }}
        />
      )}
      {made !== undefined && (
        <WebhookSecret
          secret={made.secret}
          onClose={() => {
            setMade(undefined)
            go('webhooks', String(made.id))
          }}
        />
      )}
    </>
  )
}
