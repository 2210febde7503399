import type { LiveSession } from '../live/session.ts'
import type { Command } from './keys.ts'

export const SORTS = ['bitrate', 'rtt', 'loss', 'uptime', 'name'] as const
export type Sort = (typeof SORTS)[number]

/** What the person at the terminal has chosen. */
export interface View {
  sort: Sort
  /** Null: both. */
  role: LiveSession['role'] | null
  /** Of the first row on the screen. */
  offset: number
}

export const FIRST_VIEW: View = { sort: 'bitrate', role: null, offset: 0 }

interface Bounds {
  rowCount: number
  /** Rows that the screen has room for. */
  pageRows: number
}

const within = (offset: number, { rowCount, pageRows }: Bounds) =>
  Math.max(0, Math.min(offset, rowCount - pageRows))

const toggled = (now: View['role'], role: LiveSession['role']) => (now === role ? null : role)

/** The view after a key press. */
export function changedView(view: View, command: Command, bounds: Bounds): View {
  const at = (offset: number): View => ({ ...view, offset: within(offset, bounds) })
  switch (command) {
    case 'sort':
      return { ...view, sort: SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? 'bitrate', offset: 0 }
    case 'publishers':
      return { ...view, role: toggled(view.role, 'publisher'), offset: 0 }
    case 'players':
      return { ...view, role: toggled(view.role, 'player'), offset: 0 }
    case 'up':
      return at(view.offset - 1)
    case 'down':
      return at(view.offset + 1)
    case 'page-up':
      return at(view.offset - bounds.pageRows)
    case 'page-down':
      return at(view.offset + bounds.pageRows)
    case 'first':
      return at(0)
    case 'last':
      return at(bounds.rowCount)
    case 'quit':
    case 'suspend':
      return view
  }
}

type Named = LiveSession & { name: string }

/** Those that come first are the ones to look at; names rise. */
const ORDERS: Readonly<Record<Sort, (one: Named, other: Named) => number>> = {
  bitrate: (one, other) => other.bitrateKbps - one.bitrateKbps,
  rtt: (one, other) => other.rttMs - one.rttMs,
  loss: (one, other) => other.lossPercent - one.lossPercent,
  uptime: (one, other) => other.uptimeS - one.uptimeS,
  name: (one, other) => one.name.localeCompare(other.name),
}

/** The sessions that the view shows, in its order; equal ones in that of their arrival, so that nothing jumps. */
export function rowsOf(view: View, sessions: readonly Named[]): Named[] {
  const wanted = sessions.filter(({ role }) => view.role === null || role === view.role)
  return wanted.sort((one, other) => ORDERS[view.sort](one, other) || one.id - other.id)
}
