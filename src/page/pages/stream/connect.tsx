import type { StreamId } from '../../api/types.ts'
import { ErrorNote } from '../../components/error-note.tsx'
import { Section } from '../../components/section.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { useResource } from '../../lib/use-resource.ts'
import { loadPorts } from '../../state/ports.ts'
import { PlayTokens } from './play-tokens.tsx'
import { WayCard } from './way-card.tsx'

/** What encoders and players are to be told. */
export function Connect({ row, onChanged }: { row: StreamId; onChanged: () => void }) {
  const { data: ports, error, reload } = useResource(loadPorts)
  if (ports === undefined) {
    return error === undefined ? (
      <Skeleton what="Addresses" />
    ) : (
      <ErrorNote error={error} what="Addresses" onRetry={reload} />
    )
  }
  const host = location.hostname
  return (
    <>
      {row.has_passphrase && (
        <p class="note">
          This stream is encrypted with a passphrase of its own: it has to be set in the program too, or added
          to the address as <code>&passphrase=…</code>
        </p>
      )}
      <div class="columns">
        {row.publisher === '' ? (
          <Section title="Publish">
            <p class="muted">This key may not know the publisher stream ID.</p>
          </Section>
        ) : (
          <WayCard direction="publish" host={host} ports={ports} streamId={row.publisher} />
        )}
        {row.tokens_only ? (
          <Section title="Play">
            <p class="muted">Only play tokens get in. Make one below; its stream ID goes into the address.</p>
          </Section>
        ) : (
          <WayCard direction="play" host={host} ports={ports} streamId={row.player} />
        )}
      </div>
      <PlayTokens row={row} host={host} ports={ports} onChanged={onChanged} />
    </>
  )
}
