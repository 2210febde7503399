import { PageHead } from '../../../components/section.tsx'
import { Tabs } from '../shared/tabs.tsx'
import { Annotations } from './annotations.tsx'
import { History } from './history.tsx'
import { Raised } from './raised.tsx'
import { Rules } from './rules.tsx'

const TABS = [
  { id: '', title: 'Now' },
  { id: 'history', title: 'History' },
  { id: 'notes', title: 'Notes' },
]

export function AlertsPage({ part = '' }: { part?: string }) {
  return (
    <>
      <PageHead title="Alerts" lead="What is wrong, what was, and when you want to know." />
      <Tabs label="Parts of the alerts" page="alerts" tabs={TABS} current={part} />
      {part === 'history' ? (
        <History />
      ) : part === 'notes' ? (
        <Annotations />
      ) : (
        <>
          <Raised />
          <Rules />
        </>
      )}
    </>
  )
}
