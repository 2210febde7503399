import { Icon } from '../../../components/icon.tsx'
import { Time } from '../../../components/time.tsx'
import { pendingText, playersText, StateBadge } from './state-badge.tsx'
import type { Webhook } from './webhook.ts'

/** What is known of one webhook. */
export function WebhookFacts({ of }: { of: Webhook }) {
  const { url, events, created, failing_since: since, paused_reason: reason } = of
  return (
    <>
      {reason !== null && (
        <div class="note note-bad" role="alert">
          <Icon name="alert" />
          <p>
            <strong>Paused.</strong> {reason}
          </p>
        </div>
      )}
      <dl class="facts card">
        <div>
          <dt>State</dt>
          <dd>
            <StateBadge of={of} />
          </dd>
        </div>
        {since !== null && (
          <div>
            <dt>Failing since</dt>
            <dd>
              <Time at={since} />
            </dd>
          </div>
        )}
        <div>
          <dt>Events waiting</dt>
          <dd>{pendingText(of)}</dd>
        </div>
        <div>
          <dt>Made</dt>
          <dd>
            <Time at={created} />
          </dd>
        </div>
        <div class="facts-wide">
          <dt>URL</dt>
          <dd>
            <code>{url}</code>
          </dd>
        </div>
        <div class="facts-wide">
          <dt>Events</dt>
          <dd>{events.includes('*') ? 'all' : events.join(', ')}</dd>
        </div>
        <div class="facts-wide">
          <dt>Streams</dt>
          <dd>{playersText(of)}</dd>
        </div>
      </dl>
    </>
  )
}
