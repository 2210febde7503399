import { signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const STORED = 'sls-theme'
const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

function kept(): Theme {
  try {
    const found = localStorage.getItem(STORED)
    return THEMES.find(theme => theme === found) ?? 'auto'
  } catch {
    return 'auto'
  }
}

export const theme = signal<Theme>(kept())

/** Puts the chosen theme on the document; 'auto' follows the system. */
export function applyTheme(): void {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme.value
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen
  try {
    localStorage.setItem(STORED, chosen)
  } catch {
    // Then it lasts as long as the page.
  }
  applyTheme()
}
