import { useState } from 'preact/hooks'
import { get, type Page } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { Empty } from '../../../components/empty.tsx'
import { CheckField, SelectField, TextField } from '../../../components/fields.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import { PageHead } from '../../../components/section.tsx'
import { useResource } from '../../../lib/use-resource.ts'
import { paceOf, useReloadOn } from '../shared/fresh.ts'
import { useSettled } from '../shared/use-settled.ts'
import { REASONS, type Refusal } from './refusal.ts'
import { RefusalItem } from './refusal-item.tsx'

const EVERY_MS = 5000
/** The journal has a thousand entries at most, and an entry moves when its peer tries again: so no cursors here. */
const STEPS = [50, 250, 1000] as const

const OPTIONS = [
  { value: '', label: 'All reasons' },
  ...Object.entries(REASONS).map(([value, label]) => ({ value, label })),
]

/** Why was I refused? */
export function RefusalsPage() {
  const [reason, setReason] = useState('')
  const [address, setAddress] = useState('')
  const [step, setStep] = useState(0)
  const [isLive, setLive] = useState(true)
  const from = useSettled(address.trim())
  const limit = STEPS[step] ?? 1000
  const refusals = useResource(
    signal => get<Page<Refusal>>('/api/refusals', { signal, query: { reason, address: from, limit } }),
    { everyMs: isLive ? paceOf(EVERY_MS) : undefined, on: [reason, from] },
  )
  useReloadOn('refused', () => {
    if (isLive) refusals.reload()
  })
  const isFiltered = reason !== '' || from !== ''
  const showAll = () => {
    setReason('')
    setAddress('')
  }
  const showMore = () => {
    setStep(step + 1)
    refusals.reload()
  }
  return (
    <>
      <PageHead title="Refusals" lead="Who was not let in lately, why, and what to do about it." />
      <div class="filters">
        <SelectField name="reason" label="Reason" value={reason} onChange={setReason} options={OPTIONS} />
        <TextField
          name="address"
          label="IP address"
          type="search"
          isCode
          placeholder="any"
          value={address}
          onChange={setAddress}
        />
        <CheckField name="live" label="Keep up to date" value={isLive} onChange={setLive} />
      </div>
      <Loaded of={refusals} what="Refusals">
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty
              icon="refusals"
              title={isFiltered ? 'No refusal fits the filter' : 'Nobody was refused'}
              action={isFiltered ? <Button onClick={showAll}>Show all</Button> : undefined}
            >
              {isFiltered
                ? 'The last thousand are kept until the server restarts.'
                : 'Whoever is, stands here with the reason.'}
            </Empty>
          ) : (
            <>
              <ul class="entries card" aria-label="Refusals, newest first">
                {data.map(refusal => (
                  <RefusalItem
                    key={refusal.id}
                    refusal={refusal}
                    onAddress={from === refusal.address ? undefined : setAddress}
                  />
                ))}
              </ul>
              {next_cursor !== null && step < STEPS.length - 1 && (
                <div class="older">
                  <Button onClick={showMore}>Show older ones</Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </>
  )
}
