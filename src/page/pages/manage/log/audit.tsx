import { useState } from 'preact/hooks'
import { Button } from '../../../components/button.tsx'
import { Empty } from '../../../components/empty.tsx'
import { TextField } from '../../../components/fields.tsx'
import { Time } from '../../../components/time.tsx'
import { factsOf } from '../shared/facts.ts'
import { Listed } from '../shared/listed.tsx'
import { usePages } from '../shared/use-pages.ts'
import { useSettled } from '../shared/use-settled.ts'
import type { AuditRow } from './rows.ts'

function AuditItem({ of: { at, action, subject, details, key_name: name, address } }: { of: AuditRow }) {
  const facts = factsOf(details)
  return (
    <li class="entry">
      <div class="entry-head">
        <strong>{action}</strong>
        <code>{subject}</code>
        <span class="entry-when">
          <Time at={at} none="unknown" />
        </span>
      </div>
      {facts !== '' && <p class="entry-text wrap">{facts}</p>}
      <p class="entry-facts">
        <span>by {name ?? 'nobody’s key'}</span>
        <code>{address}</code>
      </p>
    </li>
  )
}

/** What was changed, and by whom. */
export function Audit() {
  const [typed, setTyped] = useState('')
  const action = useSettled(typed.trim())
  const rows = usePages<AuditRow>('/api/audit-logs', { action })
  return (
    <>
      <div class="filters">
        <TextField
          name="action"
          label="Action"
          type="search"
          isCode
          placeholder="any, or for example key.created"
          value={typed}
          onChange={setTyped}
        />
      </div>
      <div class="toolbar">
        <Button isSmall icon="refresh" onClick={rows.reload}>
          Load the newest
        </Button>
      </div>
      <Listed
        of={rows}
        what="The audit log"
        empty={
          <Empty icon="log" title={action === '' ? 'Nothing was changed yet' : 'No change fits the filter'} />
        }
      >
        {shown => (
          <ul class="entries card" aria-label="Changes, newest first">
            {shown.map(row => (
              <AuditItem key={row.id} of={row} />
            ))}
          </ul>
        )}
      </Listed>
    </>
  )
}
