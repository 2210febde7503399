import { useState } from 'preact/hooks'
import { Button } from '../../../components/button.tsx'
import { Empty } from '../../../components/empty.tsx'
import { SelectField, TextField } from '../../../components/fields.tsx'
import { Listed } from '../shared/listed.tsx'
import { isoOfLocal } from '../shared/local-time.ts'
import { usePages } from '../shared/use-pages.ts'
import { useSettled } from '../shared/use-settled.ts'
import { AccessTable } from './access-table.tsx'
import type { AccessRow } from './rows.ts'

const METHODS = ['', 'GET', 'POST', 'PATCH', 'DELETE'].map(value => ({ value, label: value || 'All' }))
const STATUSES = ['', '200', '400', '401', '403', '404', '409', '413', '429', '500', '503'].map(value => ({
  value,
  label: value || 'All',
}))

const NONE = { method: '', status: '', path: '', key_name: '', address: '', from: '', to: '' }

type Filter = typeof NONE

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const text = (name: 'path' | 'key_name' | 'address', label: string, isCode = false) => (
    <TextField
      name={name}
      label={label}
      type="search"
      placeholder="any"
      isCode={isCode}
      value={filter[name]}
      onChange={value => onChange({ ...filter, [name]: value })}
    />
  )
  const time = (name: 'from' | 'to', label: string) => (
    <TextField
      name={name}
      label={label}
      type="datetime-local"
      value={filter[name]}
      onChange={value => onChange({ ...filter, [name]: value })}
    />
  )
  return (
    <div class="filters">
      <SelectField
        name="method"
        label="Method"
        value={filter.method}
        onChange={method => onChange({ ...filter, method })}
        options={METHODS}
      />
      <SelectField
        name="status"
        label="Status"
        value={filter.status}
        onChange={status => onChange({ ...filter, status })}
        options={STATUSES}
      />
      {text('path', 'Path begins with', true)}
      <details class="more-filters">
        <summary>More</summary>
        <div class="filters">
          {text('key_name', 'Name of the key')}
          {text('address', 'IP address', true)}
          {time('from', 'From')}
          {time('to', 'Before')}
        </div>
      </details>
    </div>
  )
}

/** Every request to the API. */
export function Access() {
  const [filter, setFilter] = useState<Filter>(NONE)
  const { from, to, path, key_name, address, ...choices } = useSettled(filter)
  const words = { path: path.trim(), key_name: key_name.trim(), address: address.trim() }
  const rows = usePages<AccessRow>('/api/access-logs', {
    ...choices,
    ...words,
    from: isoOfLocal(from),
    to: isoOfLocal(to),
  })
  const isFiltered = Object.values(filter).some(value => value !== '')
  return (
    <>
      <Filters filter={filter} onChange={setFilter} />
      <div class="toolbar">
        <Button isSmall icon="refresh" onClick={rows.reload}>
          Load the newest
        </Button>
        {isFiltered && (
          <Button isSmall kind="quiet" onClick={() => setFilter(NONE)}>
            Clear the filter
          </Button>
        )}
      </div>
      <Listed
        of={rows}
        what="The access log"
        empty={<Empty icon="log" title={isFiltered ? 'No request fits the filter' : 'No requests yet'} />}
      >
        {shown => <AccessTable rows={shown} />}
      </Listed>
    </>
  )
}
