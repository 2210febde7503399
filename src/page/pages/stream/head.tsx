import type { StreamId } from '../../api/types.ts'
import { Icon } from '../../components/icon.tsx'
import { PageHead } from '../../components/section.tsx'
import type { StreamState } from '../../state/live.ts'
import { StateBadge } from '../streams/state-badge.tsx'

export function StreamHead({ row, state }: { row: StreamId; state: StreamState }) {
  return (
    <>
      <a class="crumb" href="#/streams">
        <Icon name="back" /> Streams
      </a>
      <PageHead
        title={row.description ?? row.player}
        lead={
          <>
            <StateBadge state={state} /> <code>{row.player}</code>
            {row.tokens_only && (
              <span class="lead-note">
                <Icon name="lock" /> play tokens only
              </span>
            )}
          </>
        }
      />
    </>
  )
}
