import { Badge, type Tone } from '../../components/badge.tsx'
import type { StreamState } from '../../state/live.ts'

const TONES: Record<StreamState, Tone> = { live: 'good', stalled: 'warn', offline: 'idle' }
const WORDS: Record<StreamState, string> = { live: 'Live', stalled: 'Stalled', offline: 'Offline' }

export function StateBadge({ state }: { state: StreamState }) {
  return <Badge tone={TONES[state]}>{WORDS[state]}</Badge>
}
