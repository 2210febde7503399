import type { LiveSession } from '../live/session.ts'
import { shownDuration, shownRate } from '../terminal/amounts.ts'
import { type Column, tableLines } from '../terminal/columns.ts'
import type { Paint } from '../terminal/style.ts'
import { cut, fitted } from '../terminal/text.ts'
import { rowsOf, type View } from './view.ts'

export type Row = LiveSession & { name: string }

/** What there is to show. */
export interface Picture {
  url: string
  version: string
  uptimeS: number
  sessions: readonly Row[]
  /** Why this is not the newest; undefined: it is. */
  problem?: string
}

export interface Size {
  columns: number
  rows: number
}

const NAME_CELLS = 32
const HELP = 'q quit  s sort  p publishers  P players  ↑↓ PgUp PgDn scroll'
/** Two of the head, a blank one, the title, the foot. */
const FRAME_LINES = 5

const COLUMNS: readonly Column<Row>[] = [
  { title: 'STREAM', of: ({ name }) => name, most: NAME_CELLS },
  { title: 'ROLE', of: ({ role }) => role },
  { title: 'BITRATE', side: 'right', of: ({ bitrateKbps }) => shownRate(bitrateKbps) },
  { title: 'RTT ms', side: 'right', of: ({ rttMs }) => rttMs.toFixed(1) },
  { title: 'LOSS %', side: 'right', of: ({ lossPercent }) => lossPercent.toFixed(2) },
  { title: 'BUFFER ms', side: 'right', of: ({ bufferMs }) => String(bufferMs) },
  { title: 'LATENCY ms', side: 'right', of: ({ latencyMs }) => String(latencyMs) },
  { title: 'UP', side: 'right', of: ({ uptimeS }) => shownDuration(uptimeS) },
  { title: 'ADDRESS', of: ({ address }) => address },
  { title: 'SRT', of: ({ srtVersion }) => srtVersion },
]

/** Rows of sessions that a screen has room for. */
export const pageRowsOf = ({ rows }: Size) => Math.max(1, rows - FRAME_LINES)

function totals({ sessions }: Picture, role: LiveSession['role']): string {
  const own = sessions.filter(session => session.role === role)
  return `${own.length} ${role}${own.length === 1 ? '' : 's'}, ${shownRate(own.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0))}`
}

function head(picture: Picture, view: View): string[] {
  const { url, version, uptimeS } = picture
  const shown = view.role === null ? 'all' : `${view.role}s`
  return [
    `sls ${version} at ${url}, up ${shownDuration(uptimeS)}`,
    `${totals(picture, 'publisher')}; ${totals(picture, 'player')}; ${shown} by ${view.sort}`,
  ]
}

/** The table as it is printed once. */
export function plainLines(picture: Picture, view: View): string[] {
  return [...head(picture, view), '', ...tableLines(COLUMNS, rowsOf(view, picture.sessions))]
}

/** The lines of a screen, each as wide as it is at most. */
export function frame(picture: Picture, view: View, { size, paint }: { size: Size; paint: Paint }): string[] {
  const rows = rowsOf(view, picture.sessions)
  const pageRows = pageRowsOf(size)
  const page = rows.slice(view.offset, view.offset + pageRows)
  const [title = '', ...lines] = tableLines(COLUMNS, page)
  const [first = '', second = ''] = head(picture, view)
  const blanks = Array.from({ length: pageRows - lines.length }, () => '')
  const range =
    rows.length > page.length ? `${view.offset + 1}–${view.offset + page.length} of ${rows.length}  ` : ''
  const foot = picture.problem === undefined ? paint('dim', cut(range + HELP, size.columns)) : ''
  return [
    paint('bold', cut(first, size.columns)),
    cut(second, size.columns),
    '',
    paint('inverse', fitted(title, size.columns)),
    ...lines.map(line => cut(line, size.columns)),
    ...blanks,
    picture.problem === undefined ? foot : paint('red', cut(picture.problem, size.columns)),
  ].slice(0, size.rows)
}
