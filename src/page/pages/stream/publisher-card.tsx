import { useState } from 'preact/hooks'
import { path, remove } from '../../api/client.ts'
import type { Session, StreamId } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Confirm } from '../../components/confirm.tsx'
import { Section } from '../../components/section.tsx'
import { toast } from '../../components/toast.tsx'
import { bytes, count, duration, milliseconds, percent } from '../../lib/format.ts'
import { stateOf } from '../../state/live.ts'
import { mayWrite } from '../../state/session.ts'
import { Secret } from './secret.tsx'

function Facts({ session }: { session: Session }) {
  const { counters } = session
  const facts: [string, string][] = [
    ['Address', `${session.address}:${session.port}`],
    ['Up for', duration(session.uptime)],
    ['Latency', milliseconds(session.latency_ms)],
    ['Encryption', session.encryption === 'none' ? 'None' : session.encryption],
    ['SRT version', session.srt_version],
    ['Came in at', session.listener],
    ['Received', bytes(counters.bytes)],
    ['Lost packets', `${count(counters.packets_lost)} (${percent(session.loss_percent)})`],
    ['Dropped packets', count(counters.packets_dropped)],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Who publishes the stream, and the way to put them out. */
export function PublisherCard({ row, session }: { row: StreamId; session: Session | undefined }) {
  const [isAsking, setAsking] = useState(false)
  const disconnect = async () => {
    if (session !== undefined) await remove(path('sessions', String(session.id)))
    toast('The publisher is being disconnected.')
  }
  const aside = session !== undefined && mayWrite.value && (
    <Button isSmall kind="danger" icon="stop" onClick={() => setAsking(true)}>
      Disconnect publisher
    </Button>
  )
  return (
    <Section title="Publisher" aside={aside}>
      {row.publisher !== '' && (
        <p class="covered-line">
          <span class="muted">Stream ID</span> <Secret text={row.publisher} what="the publisher stream ID" />
        </p>
      )}
      {session === undefined ? (
        <p class="muted">
          {stateOf(session, row) === 'live'
            ? 'It is live. This key may not know who publishes it.'
            : 'Nobody is connected.'}
        </p>
      ) : (
        <Facts session={session} />
      )}
      {isAsking && (
        <Confirm
          title="Disconnect the publisher?"
          action="Disconnect"
          onClose={() => setAsking(false)}
          onConfirm={disconnect}
        >
          <p>The stream ends for everybody. Nothing keeps the publisher from coming back at once.</p>
        </Confirm>
      )}
    </Section>
  )
}
