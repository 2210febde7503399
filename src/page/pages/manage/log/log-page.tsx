import type { VNode } from 'preact'
import { PageHead } from '../../../components/section.tsx'
import { identity, isAdmin } from '../../../state/session.ts'
import { Tabs } from '../shared/tabs.tsx'
import { Access } from './access.tsx'
import { Audit } from './audit.tsx'
import { Events } from './events.tsx'

interface Part {
  id: string
  title: string
  isAllowed: () => boolean
  render: () => VNode
}

const PARTS: readonly Part[] = [
  { id: '', title: 'Events', isAllowed: () => true, render: () => <Events /> },
  { id: 'access', title: 'Requests', isAllowed: () => isAdmin.value, render: () => <Access /> },
  {
    id: 'audit',
    title: 'Changes',
    isAllowed: () => isAdmin.value && identity.value?.isScoped === false,
    render: () => <Audit />,
  },
]

/** What happened: on the relay, on the API, to its settings. */
export function LogPage({ part = '' }: { part?: string }) {
  const parts = PARTS.filter(({ isAllowed }) => isAllowed())
  const current = parts.find(({ id }) => id === part) ?? PARTS[0]
  return (
    <>
      <PageHead title="Log" lead="What happened, who asked for what, and who changed what." />
      {parts.length > 1 && (
        <Tabs label="Parts of the log" page="log" tabs={parts} current={current?.id ?? ''} />
      )}
      {current?.render()}
    </>
  )
}
