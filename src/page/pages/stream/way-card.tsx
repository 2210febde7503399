import { useState } from 'preact/hooks'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { QrCode } from '../../components/qr-code.tsx'
import { Section } from '../../components/section.tsx'
import { Segments } from '../../components/segments.tsx'
import type { Ports } from '../../state/ports.ts'
import { type Direction, programsOf, type Way, wayOf } from './ways.ts'

const TITLES: Record<Direction, string> = { publish: 'Publish', play: 'Play' }
/** The publisher stream ID is a secret: its addresses are covered until somebody wants to see them. */
const isSecret = (direction: Direction) => direction === 'publish'

interface WayFieldsProps {
  way: Way
  direction: Direction
  streamId: string
  isShown: boolean
}

function WayFields({ way, direction, streamId, isShown }: WayFieldsProps) {
  const cover = (text: string) =>
    isShown
      ? text
      : text.replaceAll(encodeURIComponent(streamId), '••••••••').replaceAll(streamId, '••••••••')
  return (
    <dl class="way">
      {way.fields.map(({ label, text }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <code>{cover(text)}</code>
            <CopyButton text={text} what={`${label} (${TITLES[direction]})`} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface WayCardProps {
  direction: Direction
  host: string
  ports: Ports
  streamId: string
  title?: string
}

/** Ready-made addresses for the programs people use. */
export function WayCard({ direction, host, ports, streamId, title = TITLES[direction] }: WayCardProps) {
  const programs = programsOf(direction)
  const [program, setProgram] = useState(programs[0] ?? '')
  const [isShown, setShown] = useState(!isSecret(direction))
  const [isQrOpen, setQrOpen] = useState(false)
  const srtla = program === 'Belabox' ? ports.srtla : null
  const port = srtla ?? (direction === 'publish' ? ports.publish : ports.play)
  const way = wayOf(direction, program, { host, port, streamId })
  const { url } = way
  return (
    <Section
      title={title}
      aside={
        isSecret(direction) && (
          <Button isSmall kind="quiet" icon={isShown ? 'eye-off' : 'eye'} onClick={() => setShown(!isShown)}>
            {isShown ? 'Hide secrets' : 'Show secrets'}
          </Button>
        )
      }
    >
      <Segments
        label={`Program (${title})`}
        options={programs.map(name => ({ value: name, label: name }))}
        value={program}
        onChange={setProgram}
      />
      <WayFields way={way} direction={direction} streamId={streamId} isShown={isShown} />
      {way.note !== undefined && <p class="muted small">{way.note}</p>}
      {url !== undefined && (
        <p>
          <Button isSmall icon="qr" onClick={() => setQrOpen(true)}>
            Show QR code
          </Button>
        </p>
      )}
      {isQrOpen && url !== undefined && (
        <Dialog title={`${title} with a phone`} onClose={() => setQrOpen(false)}>
          <QrCode text={url} label={`QR code of the address to ${direction}`} />
          <p class="muted small">
            {isSecret(direction)
              ? 'It contains the secret publisher stream ID: whoever photographs it can publish.'
              : 'Whoever photographs it can watch.'}
          </p>
        </Dialog>
      )}
    </Section>
  )
}
