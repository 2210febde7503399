import { useState } from 'preact/hooks'
import { path, remove } from '../../api/client.ts'
import type { PlayToken, StreamId } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Confirm } from '../../components/confirm.tsx'
import { Section } from '../../components/section.tsx'
import { Time } from '../../components/time.tsx'
import { toast } from '../../components/toast.tsx'
import type { Ports } from '../../state/ports.ts'
import { mayWrite } from '../../state/session.ts'
import { TokenDialog } from './token-dialog.tsx'
import { WayCard } from './way-card.tsx'

interface PlayTokensProps {
  row: StreamId
  host: string
  ports: Ports
  onChanged: () => void
}

/** Short-lived tickets to watch with, instead of the permanent stream ID. */
export function PlayTokens({ row, host, ports, onChanged }: PlayTokensProps) {
  const [open, setOpen] = useState<'make' | 'void'>()
  const [made, setMade] = useState<PlayToken>()
  const close = () => setOpen(undefined)
  const aside = mayWrite.value && (
    <>
      <Button isSmall kind="danger" onClick={() => setOpen('void')}>
        Void all tokens
      </Button>
      <Button isSmall icon="plus" onClick={() => setOpen('make')}>
        New play token
      </Button>
    </>
  )
  return (
    <>
      <Section title="Play tokens" aside={aside}>
        <p class="muted">
          Signed tickets that expire, for viewers who need not know the stream ID itself.
          {row.tokens_not_before !== null && (
            <>
              {' '}
              Those made before <Time at={row.tokens_not_before} /> are void.
            </>
          )}
        </p>
      </Section>
      {made !== undefined && (
        <WayCard
          direction="play"
          title="Play with the new token"
          host={host}
          ports={ports}
          streamId={made.stream_id}
        />
      )}
      {open === 'make' && <TokenDialog player={row.player} onMade={setMade} onClose={close} />}
      {open === 'void' && (
        <Confirm
          title="Void all play tokens?"
          action="Void all"
          onClose={close}
          onConfirm={async () => {
            await remove(path('tokens', row.player))
            setMade(undefined)
            toast('All play tokens made so far are void.')
            onChanged()
          }}
        >
          <p>No token that was made so far gets anybody in any more. Players who are connected stay.</p>
        </Confirm>
      )}
    </>
  )
}
