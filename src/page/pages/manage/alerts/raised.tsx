import { type Data, get } from '../../../api/client.ts'
import { Empty } from '../../../components/empty.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { Section } from '../../../components/section.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { paceOf, useReloadOn } from '../shared/fresh.ts'
import type { Alert } from './alert.ts'
import { AlertList } from './alert-list.tsx'

const EVERY_MS = 5000

const load = (signal: AbortSignal) =>
  get<Data<Alert[]>>('/api/alerts', { signal, query: { state: 'raised', limit: 1000 } })

/** What is wrong now. */
export function Raised() {
  const alerts = useResource(load, { everyMs: paceOf(EVERY_MS) })
  useReloadOn('alert.', alerts.reload)
  return (
    <Section title="Raised now" isBare>
      <Loaded of={alerts} what="Alerts">
        {({ data }) => (
          <div aria-live="polite">
            {data.length === 0 ? (
              <Empty icon="check" title="All is well">
                No alert is raised.
              </Empty>
            ) : (
              <AlertList alerts={data} label="Raised alerts" />
            )}
          </div>
        )}
      </Loaded>
    </Section>
  )
}
