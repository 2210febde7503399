import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { Time } from '../../../components/time.tsx'
import { plural } from '../../../lib/format.ts'
import { type Refusal, reasonName } from './refusal.ts'

const ENCRYPTION = { none: 'unencrypted', encrypted: 'encrypted', unknown: '' } as const

/** What the peer asked for, as far as it is known. */
const wishOf = ({ latency_ms: latencyMs, encryption, code }: Refusal) =>
  [
    latencyMs === null ? '' : `latency ${latencyMs} ms`,
    ENCRYPTION[encryption],
    code === 0 ? '' : `SRT code ${code}`,
  ]
    .filter(part => part !== '')
    .join(', ')

interface RefusalItemProps {
  refusal: Refusal
  /** Undefined: only this address is shown already. */
  onAddress?: (address: string) => void
}

/** One refused peer: what is wrong first, then who it was. */
export function RefusalItem({ refusal, onAddress }: RefusalItemProps) {
  const { at, first_at, count, role, address, port, stream_id, reason, message, listener } = refusal
  return (
    <li class="entry">
      <div class="entry-head">
        <Badge tone="bad">{reasonName(reason)}</Badge>
        <span class="entry-when">
          <Time at={at} />
        </span>
      </div>
      <p class="entry-text">{message}</p>
      <p class="entry-facts">
        <span>
          {role} <code>{stream_id === '' ? 'without a stream ID' : stream_id}</code> at {listener}
        </span>
        <span>
          from{' '}
          {onAddress === undefined ? (
            <code>{address}</code>
          ) : (
            <Button
              isSmall
              kind="quiet"
              label={`${address}: show its refusals only`}
              onClick={() => onAddress(address)}
            >
              {address}
            </Button>
          )}{' '}
          port {port}
        </span>
        {wishOf(refusal) !== '' && <span>{wishOf(refusal)}</span>}
        {count > 1 && (
          <span>
            <strong>{plural(count, 'attempt')}</strong>, the first <Time at={first_at} />
          </span>
        )}
      </p>
    </li>
  )
}
