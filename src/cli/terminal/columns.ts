import { fitted, widthIn } from './text.ts'

export interface Column<Row> {
  title: string
  side?: 'left' | 'right'
  /** Harmless. */
  of: (row: Row) => string
  /** Cells at most. */
  most?: number
}

const GAP = '  '

/** The lines of a table: its title, then a line a row; each column as wide as its widest cell. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map(row => columns.map(({ of }) => of(row)))
  const widths = columns.map(({ title, most = Number.POSITIVE_INFINITY }, i) =>
    cells.reduce((width, line) => Math.max(width, Math.min(most, widthIn(line[i] ?? ''))), title.length),
  )
  const line = (texts: readonly string[]) =>
    columns
      .map(({ side }, i) => fitted(texts[i] ?? '', widths[i] ?? 0, side))
      .join(GAP)
      .trimEnd()
  return [columns.map(({ title }) => title), ...cells].map(line)
}
