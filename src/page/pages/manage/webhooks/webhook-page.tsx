import { useState } from 'preact/hooks'
import { type Data, get, patch, path, post, remove } from '../../../api/client.ts'
import { Button, LinkButton } from '../../../components/button.tsx'
import { Confirm } from '../../../components/confirm.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { PageHead } from '../../../components/section.tsx'
import { toast } from '../../../components/toast.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { go, hrefOf } from '../../../state/route.ts'
import { useReloadOn } from '../shared/fresh.ts'
import { useAction } from '../shared/use-action.ts'
import { usePages } from '../shared/use-pages.ts'
import { Deliveries, deliveriesPath } from './deliveries.tsx'
import { hostOf } from './state-badge.tsx'
import { TestCall } from './test-call.tsx'
import type { Delivery, Webhook, WebhookWithSecret } from './webhook.ts'
import { WebhookDialog } from './webhook-dialog.tsx'
import { WebhookFacts } from './webhook-facts.tsx'
import { WebhookSecret } from './webhook-secret.tsx'

/** Two requests each time, of twenty that a key has in a minute. */
const EVERY_MS = 20_000

/** One webhook: its state, what can be done with it, and every call. */
export function WebhookPage({ id }: { id: string }) {
  const where = path('webhooks', id)
  const webhook = useResource(signal => get<Data<Webhook>>(where, { signal }), { everyMs: EVERY_MS })
  const deliveries = usePages<Delivery>(deliveriesPath(id), {}, EVERY_MS)
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete'>()
  const [secret, setSecret] = useState<string>()
  const close = () => setOpen(undefined)
  const reload = () => {
    webhook.reload()
    deliveries.reload()
  }
  useReloadOn('webhook.', reload)
  const setActive = useAction(async (active: boolean) => {
    await patch(where, { active })
    reload()
  })
  const rotate = async () => {
    const { data } = await post<Data<WebhookWithSecret>>(`${where}/rotate-secret`, {})
    setSecret(data.secret)
  }
  const drop = async () => {
    await remove(where)
    toast('The webhook is deleted.')
    go('webhooks')
  }
  const data = webhook.data?.data
  const isActive = data?.active === true
  return (
    <>
      <PageHead
        title={data === undefined ? 'Webhook' : hostOf(data.url)}
        lead={data?.description}
        aside={
          <LinkButton icon="back" href={hrefOf('webhooks')}>
            All webhooks
          </LinkButton>
        }
      />
      <Loaded of={webhook} what="The webhook">
        {({ data: shown }) => (
          <>
            <WebhookFacts of={shown} />
            <div class="toolbar">
              <TestCall id={id} onDone={reload} />
              <Button
                icon={isActive ? 'stop' : 'play'}
                isBusy={setActive.isBusy}
                onClick={() => void setActive.run(!isActive)}
              >
                {isActive ? 'Pause' : 'Resume'}
              </Button>
              <Button icon="edit" onClick={() => setOpen('edit')}>
                Change
              </Button>
              <Button icon="keys" onClick={() => setOpen('rotate')}>
                New secret
              </Button>
              <Button icon="trash" onClick={() => setOpen('delete')}>
                Delete
              </Button>
            </div>
            {open === 'edit' && (
              <WebhookDialog
                of={shown}
                onClose={close}
                onChanged={() => {
                  close()
                  toast('The webhook is changed.')
                  reload()
                }}
              />
            )}
          </>
        )}
      </Loaded>
      <Deliveries of={deliveries} />
      {open === 'rotate' && (
        <Confirm title="Make a new secret?" action="Make it" onClose={close} onConfirm={rotate}>
          <p>
            Both secrets sign what is sent for 24 hours. Give the new one to your program before they are
            over.
          </p>
        </Confirm>
      )}
      {open === 'delete' && (
        <Confirm title="Delete this webhook?" action="Delete" onClose={close} onConfirm={drop}>
          <p>What waits for it is never sent, and its deliveries are forgotten.</p>
        </Confirm>
      )}
      {secret !== undefined && (
        <WebhookSecret secret={secret} onClose={() => setSecret(undefined)}>
          <p>The old one signs too for 24 hours.</p>
        </WebhookSecret>
      )}
    </>
  )
}
