import { Empty } from '../../../components/empty.tsx'
import { paceOf, useReloadOn } from '../shared/fresh.ts'
import { Listed } from '../shared/listed.tsx'
import { usePages } from '../shared/use-pages.ts'
import type { Alert } from './alert.ts'
import { AlertList } from './alert-list.tsx'

const EVERY_MS = 15_000

/** Alerts that were raised, over or not. */
export function History() {
  const alerts = usePages<Alert>('/api/alerts', { state: 'all' }, paceOf(EVERY_MS))
  useReloadOn('alert.', alerts.reload)
  return (
    <Listed
      of={alerts}
      what="Alerts"
      empty={
        <Empty icon="alerts" title="No alert was ever raised">
          Each stays here for 90 days.
        </Empty>
      }
    >
      {rows => <AlertList alerts={rows} label="Alerts, newest first" />}
    </Listed>
  )
}
