import type { Exported } from './exported.ts'
import { askedBy } from './promql.ts'

/** Prometheus itself adds these to everything that it scrapes. */
const TARGET_LABELS = ['instance', 'job']

/** What an expression asks for that nobody exports, as sentences; empty: all is well. */
export function strangersIn(expr: string, exported: Exported): string[] {
  const { selectors, labels } = askedBy(expr)
  const known = new Set(TARGET_LABELS)
  const strangers: string[] = []
  for (const selector of selectors) {
    // The one metric of Prometheus itself.
    const own = selector.metric === 'up' ? new Set<string>() : exported.get(selector.metric)
    if (own === undefined) {
      strangers.push(`metric ${selector.metric}`)
      continue
    }
    for (const label of own) known.add(label)
    const isStrange = (label: string) => !own.has(label) && !TARGET_LABELS.includes(label)
    strangers.push(...selector.labels.filter(isStrange).map(label => `label ${label} of ${selector.metric}`))
  }
  return [...strangers, ...labels.filter(label => !known.has(label)).map(label => `label ${label}`)]
}

/** All labels that a text like a legend or an annotation may name, given the expression that it belongs to. */
export function labelsOf(expr: string, exported: Exported): Set<string> {
  const own = askedBy(expr).selectors.flatMap(({ metric }) => [...(exported.get(metric) ?? [])])
  return new Set([...TARGET_LABELS, ...own])
}
