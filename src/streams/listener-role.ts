import type { Role } from '../engine/contract.ts'

/** Of a listener that a reload has removed, and whose last events are still coming: it is named for its role. */
export function roleByName(listener: string): Role {
  return listener.startsWith('play') ? 'play' : 'publish'
}
