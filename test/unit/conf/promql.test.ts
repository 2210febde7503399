import { describe, expect, it } from 'vitest'
import { askedBy } from './promql.ts'

describe('askedBy', () => {
  it.each([
    ['up', [['up']], []],
    ['sls_up{a="x, b=1", c=~"$c"} == 0', [['sls_up', 'a', 'c']], []],
    ['sum by (le, b) (rate(x_bucket{d!="e"}[5m])) > 0.5e3', [['x_bucket', 'd']], ['le', 'b']],
    ['histogram_quantile(0.99, sum(rate(x[$__rate_interval])) by (le))', [['x']], ['le']],
    ['a / on(s) group_left(t) b{c="d"} or absent(e{})', [['a'], ['b', 'c'], ['e']], ['s', 't']],
    ['time() - a offset 5m', [['a']], []],
  ])('finds the names in %s', (expr, selectors, labels) => {
    const asked = askedBy(expr)
    expect(asked.selectors.map(({ metric, labels }) => [metric, ...labels])).toEqual(selectors)
    expect(asked.labels).toEqual(labels)
  })
})
