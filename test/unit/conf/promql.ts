/** What an expression asks Prometheus for. */
export interface Asked {
  /** Metric -> the labels that its selectors name. */
  selectors: { metric: string; labels: string[] }[]
  /** Of by, without, on, ignoring, group_left and group_right. */
  labels: string[]
}

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'])
const LABEL_LISTS = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g
const SELECTOR = /([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(?!\s*\()(?![\w:{])/g

const listOf = (text: string) => text.split(',').flatMap(part => (part.trim() === '' ? [] : [part.trim()]))

/** Finds names, not errors: those are for promtool. */
export function askedBy(expr: string): Asked {
  const labels: string[] = []
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    // Numbers and durations: 0.5e3, 5m.
    .replace(/\b\d[\w.]*/g, '')
    .replace(LABEL_LISTS, (_, list: string) => {
      labels.push(...listOf(list))
      return ' '
    })
  const selectors = [...bare.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) =>
    KEYWORDS.has(metric) ? [] : { metric, labels: listOf(matchers.slice(1, -1)).map(labelOf) },
  )
  return { selectors, labels }
}

const labelOf = (matcher: string) => /^\w+/.exec(matcher)?.[0] ?? matcher
