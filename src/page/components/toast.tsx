import { signal } from '@preact/signals'
import { Icon } from './icon.tsx'

interface Shown {
  id: number
  text: string
  isBad: boolean
}

const SHOWN_MS = 5000
const MOST = 3

const toasts = signal<readonly Shown[]>([])
let lastId = 0

/** A sentence that goes away by itself; screen readers say it. */
export function toast(text: string, tone: 'good' | 'bad' = 'good'): void {
  lastId += 1
  const id = lastId
  toasts.value = [...toasts.value, { id, text, isBad: tone === 'bad' }].slice(-MOST)
  setTimeout(() => {
    toasts.value = toasts.value.filter(shown => shown.id !== id)
  }, SHOWN_MS)
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, isBad }) => (
        <p key={id} class={isBad ? 'toast toast-bad' : 'toast'}>
          <Icon name={isBad ? 'alert' : 'check'} />
          {text}
        </p>
      ))}
    </div>
  )
}
