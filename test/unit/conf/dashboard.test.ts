import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { exportedBy, fullScrape } from './exported.ts'
import { labelsOf, strangersIn } from './known-names.ts'
import { CONF, promtool } from './promtool.ts'

interface Panel {
  id: number
  title: string
  type: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { uid: string }
  fieldConfig?: { defaults: { unit?: string } }
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[]
}

interface Dashboard {
  schemaVersion: number
  panels: Panel[]
  templating: { list: { name: string; type: string; query: string | { query: string } }[] }
}

const dashboard: Dashboard = JSON.parse(readFileSync(join(CONF, 'grafana-dashboard.json'), 'utf8'))
const charts = dashboard.panels.filter(({ type }) => type !== 'row')
const exprs = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const variables = dashboard.templating.list

describe('the dashboard', () => {
  it('is in a format that Grafana 10 and newer take, with all its rows', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(38)
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
    expect(rows).toEqual(['Overview', 'Stream $stream', 'Players of $stream', 'HTTP', 'Process'])
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it('has a place for each panel', () => {
    const covers = ({ gridPos: a }: Panel, { gridPos: b }: Panel) =>
      a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
    const isOutside = ({ gridPos: { x, w } }: Panel) => x < 0 || x + w > 24
    expect(dashboard.panels.filter(isOutside)).toEqual([])
    const pairs = dashboard.panels.flatMap((one, index) =>
      dashboard.panels
        .slice(index + 1)
        .flatMap(other => (covers(one, other) ? [[one.title, other.title]] : [])),
    )
    expect(pairs).toEqual([])
  })

  it('lets its reader choose the data source', () => {
    expect(variables.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
      ['stream', 'query'],
    ])
    for (const { datasource, targets = [] } of charts)
      for (const { uid } of [datasource ?? { uid: '' }, ...targets.map(target => target.datasource)])
        expect(uid).toMatch(/^\$\{datasource\}$/)
  })

  it('knows the variables that it uses', () => {
    const names = new Set([...variables.map(({ name }) => name), '__rate_interval'])
    const used = JSON.stringify(dashboard.panels).matchAll(/\$\{?(\w+)\}?/g)
    expect([...used].filter(([, name = '']) => !names.has(name)).map(([text]) => text)).toEqual([])
  })

  it('has a unit on each value', () => {
    const without = charts.filter(({ type, fieldConfig }) => type !== 'table' && !fieldConfig?.defaults.unit)
    expect(without.map(({ title }) => title)).toEqual([])
  })

  it.each(charts)('asks in $title for nothing that is not exported', async ({ targets = [] }) => {
    const exported = exportedBy(await fullScrape())
    expect(targets.length).toBeGreaterThan(0)
    for (const { expr, legendFormat } of targets) {
      expect(strangersIn(expr, exported)).toEqual([])
      const known = labelsOf(expr, exported)
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
      expect(named.filter(label => !known.has(label))).toEqual([])
    }
  })

  it('fills its variables from what is exported', async () => {
    const exported = exportedBy(await fullScrape())
    const queries = variables.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]))
    expect(queries.length).toBe(2)
    for (const query of queries) {
      const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? []
      expect(strangersIn(selector, exported)).toEqual([])
      expect(labelsOf(selector, exported)).toContain(label)
    }
  })

  it('shows every metric of the relay', async () => {
    const own = [...exportedBy(await fullScrape()).keys()].filter(name => name.startsWith('sls_'))
    expect(own.filter(name => !exprs.some(expr => new RegExp(`\\b${name}\\b`).test(expr)))).toEqual([])
  })

  it('asks in PromQL', () => {
    const path = join(tempFolder(), 'rules.yml')
    const inForce = (expr: string) =>
      expr.replaceAll('$__rate_interval', '1m').replace(/\$(?:instance|stream)\b/g, '.*')
    // JSON is YAML.
    const rules = exprs.map((expr, index) => ({ record: `dashboard:${index}`, expr: inForce(expr) }))
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    const { status, output } = promtool(['check', 'rules', path])
    expect(output).toContain(`SUCCESS: ${exprs.length} rules found`)
    expect(status).toBe(0)
  })
})
