import { path } from '../../../api/client.ts'
import { Empty } from '../../../components/empty.tsx'
import { Section } from '../../../components/section.tsx'
import { type Column, Table } from '../../../components/table.tsx'
import { Time } from '../../../components/time.tsx'
import { Listed } from '../shared/listed.tsx'
import type { Pages } from '../shared/use-pages.ts'
import { OutcomeBadge } from './state-badge.tsx'
import { type Delivery, tookText } from './webhook.ts'

export const deliveriesPath = (id: string) => path('webhooks', id, 'deliveries')

const COLUMNS: readonly Column<Delivery>[] = [
  {
    key: 'event',
    title: 'Event',
    isHead: true,
    cell: ({ event_id: id, event_type: type }) => (
      <span>
        <strong>{type}</strong> {id !== null && <span class="muted">no. {id}</span>}
      </span>
    ),
  },
  { key: 'outcome', title: 'Answer', cell: delivery => <OutcomeBadge of={delivery} /> },
  {
    key: 'error',
    title: 'What went wrong',
    cell: ({ error }) =>
      error === null ? <span class="muted">nothing</span> : <span class="wrap">{error}</span>,
  },
  { key: 'attempt', title: 'Attempt', kind: 'number', cell: ({ attempt }) => attempt },
  { key: 'took', title: 'Took', kind: 'number', cell: ({ duration_ms: ms }) => tookText(ms) },
  { key: 'at', title: 'When', cell: ({ at }) => <Time at={at} /> },
]

/** Every call of a webhook. */
export function Deliveries({ of }: { of: Pages<Delivery> }) {
  return (
    <Section title="Deliveries" isBare>
      <Listed
        of={of}
        what="Deliveries"
        empty={
          <Empty icon="webhooks" title="Nothing was sent yet">
            Try it with a test call.
          </Empty>
        }
      >
        {rows => (
          <div class="sheet">
            <Table caption="Deliveries, newest first" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
          </div>
        )}
      </Listed>
    </Section>
  )
}
