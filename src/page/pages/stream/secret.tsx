import { useState } from 'preact/hooks'
import { IconButton } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'

const SHOWN = 4

/** A text that must not stand on a wall: covered until it is asked for, copied without being shown. */
export function Secret({ text, what }: { text: string; what: string }) {
  const [isShown, setShown] = useState(false)
  return (
    <span class="covered">
      <code>{isShown ? text : `${text.slice(0, SHOWN)}${'•'.repeat(8)}`}</code>
      <IconButton
        icon={isShown ? 'eye-off' : 'eye'}
        label={isShown ? `Hide ${what}` : `Show ${what}`}
        onClick={() => setShown(!isShown)}
      />
      <CopyButton text={text} what={what} />
    </span>
  )
}
