import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ComponentChildren
  /** 'number': to the right, in figures of one width. */
  kind?: 'text' | 'number' | 'actions'
  /** Names the row: the head of its card on a phone. */
  isHead?: boolean
}

interface TableProps<Row> {
  /** What the rows are; read by screen readers. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string | number
}

/** A table; on a phone each row is a card. */
export function Table<Row>({ caption, columns, rows, rowKey }: TableProps<Row>) {
  return (
    <div class="table-frame">
      <table class="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, kind = 'text' }) => (
              <th key={key} scope="col" class={`cell-${kind}`}>
                {kind === 'actions' ? <span class="visually-hidden">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={rowKey(row)}>
              {columns.map(({ key, title, kind = 'text', isHead, cell }) => (
                <td
                  key={key}
                  data-label={title}
                  class={isHead === true ? `cell-${kind} cell-head` : `cell-${kind}`}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
