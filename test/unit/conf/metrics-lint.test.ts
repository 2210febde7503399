import { describe, expect, it } from 'vitest'
import { exportedBy, fullScrape } from './exported.ts'
import { promtool } from './promtool.ts'

describe('the metrics', () => {
  it('follow the rules of Prometheus', async () => {
    const { output } = promtool(['check', 'metrics'], await fullScrape())
    const complaints = output.split('\n').filter(line => line !== '')
    // The standard names of the Node.js client library, which dashboards of others rely on.
    expect(complaints.filter(line => !/^nodejs_active_\w+_total non-counter/.test(line))).toEqual([])
  })

  it('would be complained about', () => {
    const { status, output } = promtool(['check', 'metrics'], '# TYPE a_bits gauge\na_bits 1\n')
    expect(status).not.toBe(0)
    expect(output).toContain('a_bits')
  })

  it('are not read as something else', () => {
    const { status } = promtool(['check', 'metrics'], 'a{b="c} 1\n')
    expect(status).not.toBe(0)
  })

  it('of the relay have a series each in the scrape that the other tests look at', async () => {
    const text = await fullScrape()
    const exported = exportedBy(text)
    const families = [...text.matchAll(/^# TYPE (sls_\S+) (\S+)$/gm)]
    expect(families.length).toBeGreaterThan(40)
    for (const [, name = '', type] of families) {
      const series = type === 'histogram' ? `${name}_bucket` : name
      expect(exported.has(series), series).toBe(true)
    }
  })
})
