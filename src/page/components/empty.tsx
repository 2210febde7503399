import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

interface EmptyProps {
  icon?: IconName
  /** What there is none of. */
  title: string
  /** Why, and what to do about it. */
  children?: ComponentChildren
  /** A button. */
  action?: ComponentChildren
}

/** In the place of a list that has nothing in it. */
export function Empty({ icon = 'streams', title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children !== undefined && <p class="muted">{children}</p>}
      {action}
    </div>
  )
}
