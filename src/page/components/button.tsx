import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export interface ButtonProps {
  children: ComponentChildren
  /** 'primary': the one thing to do here; 'danger': what can't be undone; 'quiet': without a frame. */
  kind?: 'normal' | 'primary' | 'danger' | 'quiet'
  icon?: IconName
  type?: 'button' | 'submit'
  isSmall?: boolean
  /** Shows that it is being done, and takes no click meanwhile. */
  isBusy?: boolean
  isDisabled?: boolean
  /** Where the words alone don't tell which row is meant. */
  label?: string
  onClick?: () => void
}

export function Button(props: ButtonProps) {
  const {
    children,
    kind = 'normal',
    icon,
    type = 'button',
    isSmall,
    isBusy,
    isDisabled,
    label,
    onClick,
  } = props
  return (
    <button
      type={type}
      class={`button button-${kind}${isSmall === true ? ' button-small' : ''}`}
      disabled={isDisabled === true}
      aria-disabled={isBusy === true}
      aria-busy={isBusy === true}
      aria-label={label}
      onClick={() => {
        if (isBusy !== true) onClick?.()
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

interface IconButtonProps {
  icon: IconName
  /** What it does: for screen readers and as a tooltip. */
  label: string
  onClick: () => void
  isDisabled?: boolean
  isPressed?: boolean
}

export function IconButton({ icon, label, onClick, isDisabled, isPressed }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      disabled={isDisabled === true}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}

/** A link that looks as a button. */
export function LinkButton({
  href,
  children,
  icon,
}: {
  href: string
  children: ComponentChildren
  icon?: IconName
}) {
  return (
    <a class="button button-normal" href={href}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  )
}
