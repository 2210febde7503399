import type { ComponentChildren } from 'preact'

/** Each has a shape of its own: nobody has to see colours. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'info'

const SHAPES: Record<Tone, preact.JSX.Element> = {
  good: <circle cx="6" cy="6" r="4.5" />,
  warn: <path d="M6 1l5.2 9.5H.8z" />,
  bad: <path d="M6 .5L11.5 6 6 11.5.5 6z" />,
  idle: <circle cx="6" cy="6" r="3.7" class="hollow" />,
  info: <rect x="1.5" y="1.5" width="9" height="9" rx="2" />,
}

/** A state as shape, word and colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge badge-${tone}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[tone]}
      </svg>
      {children}
    </span>
  )
}
