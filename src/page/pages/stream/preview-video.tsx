import { useEffect, useRef, useState } from 'preact/hooks'
import { path } from '../../api/client.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { key } from '../../state/session.ts'
import { type Cause, sentenceOf } from './preview-sentences.ts'

/** After so long there should be a key frame. */
const PATIENCE_MS = 12_000

type Phase = { is: 'loading' | 'waiting' | 'playing' } | { is: 'failed'; sentence: string }

/** Starts the player on the element; answers what ends it. */
async function play(
  element: HTMLVideoElement,
  player: string,
  onFault: (cause: Cause) => void,
): Promise<() => void> {
  const { default: mpegts } = await import('mpegts.js')
  if (!mpegts.isSupported()) {
    onFault({ kind: 'browser' })
    return () => {}
  }
  mpegts.LoggingControl.enableAll = false
  const url = new URL(path('preview', player), location.href).href
  const made = mpegts.createPlayer(
    { type: 'mpegts', isLive: true, url },
    {
      headers: { Authorization: `Bearer ${key.value}` },
      liveBufferLatencyChasing: true,
      liveBufferLatencyMaxLatency: 4,
      liveBufferLatencyMinRemain: 1,
      autoCleanupSourceBuffer: true,
    },
  )
  made.on(mpegts.Events.ERROR, (type: string, detail: string, info: unknown) =>
    onFault({ kind: 'player', type, detail, info }),
  )
  made.on(mpegts.Events.LOADING_COMPLETE, () => onFault({ kind: 'ended' }))
  made.attachMediaElement(element)
  made.load()
  // A browser may want a click for sound: the controls are there for it.
  void Promise.resolve(made.play()).catch(() => {})
  return () => made.destroy()
}

export function PreviewVideo({ player, onClose }: { player: string; onClose: () => void }) {
  const element = useRef<HTMLVideoElement>(null)
  const [phase, setPhase] = useState<Phase>({ is: 'loading' })
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (element.current === null) return
    let isGone = false
    let end = () => {}
    const fail = (cause: Cause) => {
      if (!isGone) setPhase({ is: 'failed', sentence: sentenceOf(cause) })
    }
    setPhase({ is: 'loading' })
    const patience = setTimeout(
      () => setPhase(before => (before.is === 'loading' ? { is: 'waiting' } : before)),
      PATIENCE_MS,
    )
    play(element.current, player, fail).then(
      ending => {
        if (isGone) ending()
        else end = ending
      },
      () => fail({ kind: 'page' }),
    )
    return () => {
      isGone = true
      clearTimeout(patience)
      end()
    }
  }, [player, round])
  return (
    <div class="preview">
      <video
        ref={element}
        muted
        controls
        playsInline
        aria-label="Preview of the stream"
        hidden={phase.is === 'failed'}
        onPlaying={() => setPhase({ is: 'playing' })}
      />
      {(phase.is === 'loading' || phase.is === 'waiting') && (
        <p class="preview-note" role="status">
          {phase.is === 'loading'
            ? 'Waiting for a picture …'
            : 'Still no picture. Either no key frame has come yet, or this browser cannot show the codec: H.264 with AAC works everywhere, for others use a player such as VLC.'}
        </p>
      )}
      {phase.is === 'failed' && (
        <div class="note note-warn" role="alert">
          <Icon name="alert" />
          <div>
            <p>{phase.sentence}</p>
            <p class="row">
              <Button isSmall icon="refresh" onClick={() => setRound(round + 1)}>
                Try again
              </Button>
              <Button isSmall kind="quiet" onClick={onClose}>
                Close
              </Button>
            </p>
          </div>
        </div>
      )}
    </div>
  )
}
