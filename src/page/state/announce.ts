import { effect, signal } from '@preact/signals'
import { live, type StreamState, stateOf } from './live.ts'
import { streams } from './streams.ts'

/** What a reader of the screen is told about changes; '' = nothing yet. */
export const announcement = signal('')

const WORDS: Record<StreamState, string> = { live: 'is live', stalled: 'has stalled', offline: 'is offline' }
/** Who switches on a studio does not want to hear every camera. */
const MOST_NAMED = 3

/** Says which streams have gone live, stalled or offline since the look before. */
export function announceChanges(): () => void {
  let before: Map<string, StreamState> | undefined
  return effect(() => {
    const { publishers, atMs } = live.value
    const { rows } = streams.value
    if (atMs === null || rows === undefined) return
    const now = new Map(rows.map(row => [row.player, stateOf(publishers.get(row.publisher), row)]))
    const changes = rows.filter(({ player }) => {
      const old = before?.get(player)
      return old !== undefined && old !== now.get(player)
    })
    before = now
    if (changes.length === 0) return
    const named = changes.slice(0, MOST_NAMED).map(({ player, description }) => {
      return `${description ?? player} ${WORDS[now.get(player) ?? 'offline']}`
    })
    const more = changes.length > MOST_NAMED ? ` and ${changes.length - MOST_NAMED} more have changed` : ''
    announcement.value = `${named.join(', ')}${more}.`
  })
}
