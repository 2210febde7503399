import { signal } from '@preact/signals'
import type { View } from './groups.ts'

/** What the list shows: it stays when one comes back from a stream. */
export const view = signal<View>({ search: '', filter: 'all', order: 'state' })
