import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface SectionProps {
  title: string
  /** Beside the title: buttons, a filter. */
  aside?: ComponentChildren
  children: ComponentChildren
  /** Without the frame of a card. */
  isBare?: boolean
}

/** A part of a page, with its heading. */
export function Section({ title, aside, children, isBare }: SectionProps) {
  const id = useId()
  return (
    <section class={isBare === true ? 'section' : 'section card'} aria-labelledby={id}>
      <header class="section-head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="section-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

interface PageHeadProps {
  title: ComponentChildren
  /** One line below the title. */
  lead?: ComponentChildren
  /** Buttons. */
  aside?: ComponentChildren
}

/** The head of a page: its one h1. */
export function PageHead({ title, lead, aside }: PageHeadProps) {
  return (
    <header class="page-head">
      <div class="page-title">
        <h1 tabIndex={-1}>{title}</h1>
        {lead !== undefined && <p class="muted">{lead}</p>}
      </div>
      {aside !== undefined && <div class="page-aside">{aside}</div>}
    </header>
  )
}
