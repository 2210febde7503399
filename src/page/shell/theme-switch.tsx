import { IconButton } from '../components/button.tsx'
import { chooseTheme, type Theme, theme } from '../state/theme.ts'

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' }
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const
const NAMES: Record<Theme, string> = { auto: "the system's", light: 'light', dark: 'dark' }

/** Goes through the themes. */
export function ThemeSwitch() {
  const now = theme.value
  return (
    <IconButton
      icon={ICONS[now]}
      label={`Theme: ${NAMES[now]}. Change to ${NAMES[NEXT[now]]}`}
      onClick={() => chooseTheme(NEXT[now])}
    />
  )
}
