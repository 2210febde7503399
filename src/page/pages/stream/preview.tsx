import { useState } from 'preact/hooks'
import type { StreamId } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/section.tsx'
import { PreviewVideo } from './preview-video.tsx'

/** The picture and sound of the stream, when somebody asks for it: it costs the relay one more player. */
export function Preview({ row, isLive }: { row: StreamId; isLive: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const aside = isOpen && (
    <Button isSmall icon="stop" onClick={() => setOpen(false)}>
      Stop
    </Button>
  )
  return (
    <Section title="Preview" aside={aside}>
      {isOpen && isLive ? (
        <PreviewVideo player={row.player} onClose={() => setOpen(false)} />
      ) : (
        <div class="preview-closed">
          <Button icon="play" isDisabled={!isLive} onClick={() => setOpen(true)}>
            Watch here
          </Button>
          <p class="muted small">
            {isLive
              ? 'For a look at the stream. It is a few seconds behind, and uses as much bandwidth as a player.'
              : 'There is nothing to see while nobody publishes.'}
          </p>
        </div>
      )}
    </Section>
  )
}
