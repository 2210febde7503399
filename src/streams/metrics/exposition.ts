/** One metric with the values of many rows. */
export interface Family<Row> {
  name: string
  help: string
  type: 'gauge' | 'counter'
  /** Undefined: this row has none. */
  value: (row: Row) => number | undefined
}

export interface LabelledRow<Row> {
  /** As of `labelText`. */
  labels: string
  row: Row
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** `{stream="live_1"}`. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, sign => ESCAPES[sign] ?? sign)}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/**
 * Prometheus text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). For metrics with
 * thousands of series: prom-client takes several times as long, and meanwhile no request is answered.
 */
export function expose<Row>(families: readonly Family<Row>[], rows: readonly LabelledRow<Row>[]): string {
  return families.map(family => exposeOne(family, rows)).join('')
}

function exposeOne<Row>({ name, help, type, value }: Family<Row>, rows: readonly LabelledRow<Row>[]): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
  for (const { labels, row } of rows) {
    const number = value(row)
    if (number === undefined) continue
    text += `${name}${labels} ${Number.isFinite(number) ? number : 0}\n`
  }
  return `${text}\n`
}
