import { useState } from 'preact/hooks'
import type { Period, Session } from '../../api/types.ts'
import { Section } from '../../components/section.tsx'
import { Segments } from '../../components/segments.tsx'
import { LiveGraphs } from './live-graphs.tsx'
import { PeriodGraphs } from './period-graphs.tsx'

type Choice = 'live' | Period

const CHOICES: readonly { value: Choice; label: string }[] = [
  { value: 'live', label: 'Live' },
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 d' },
  { value: '30d', label: '30 d' },
]

/** Bitrate, RTT, loss and buffer: the last minutes, or further back. */
export function Graphs({ player, session }: { player: string; session: Session | undefined }) {
  const [choice, setChoice] = useState<Choice>('live')
  const aside = <Segments label="Time shown" options={CHOICES} value={choice} onChange={setChoice} />
  return (
    <Section title="Quality" aside={aside}>
      {choice === 'live' ? (
        <LiveGraphs session={session} />
      ) : (
        <PeriodGraphs player={player} period={choice} />
      )}
    </Section>
  )
}
