import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { ALERT_CASES, promtoolTests } from './alert-cases.ts'
import { exportedBy, fullScrape } from './exported.ts'
import { labelsOf, strangersIn } from './known-names.ts'
import { CONF, promtool } from './promtool.ts'

const RULES = join(CONF, 'prometheus-rules.yml')

interface Alert {
  name: string
  expr: string
  /** The whole entry. */
  text: string
}

/** Enough YAML for this file: an entry an alert, `expr` on one line or as a block. */
function alertsIn(text: string): Alert[] {
  return text
    .split(/^ {6}- (?=alert: )/m)
    .slice(1)
    .map(entry => {
      const name = /^alert: (\w+)$/m.exec(entry)?.[1] ?? ''
      const expr = /^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.+)$)/m.exec(entry)
      return { name, expr: expr?.[1] ?? expr?.[2] ?? '', text: entry }
    })
}

const alerts = alertsIn(readFileSync(RULES, 'utf8'))

describe('the alerts', () => {
  it('are rules that Prometheus takes', () => {
    const { status, output } = promtool(['check', 'rules', RULES])
    expect(output).toContain(`SUCCESS: ${alerts.length} rules found`)
    expect(status).toBe(0)
  })

  it('are loaded by the example configuration', () => {
    const path = join(CONF, 'prometheus.yml')
    expect(promtool(['check', 'config', '--syntax-only', path]).output).toContain('SUCCESS')
    expect(readFileSync(path, 'utf8')).toContain('- prometheus-rules.yml')
  })

  it('fire when they should, and only then', () => {
    const path = join(tempFolder(), 'tests.yml')
    writeFileSync(path, promtoolTests(RULES))
    const { status, output } = promtool(['test', 'rules', path])
    expect(output).toContain('SUCCESS')
    expect(status, output).toBe(0)
  }, 130_000)

  it('are all tested', () => {
    const tested = new Set(ALERT_CASES.map(({ alert }) => alert))
    expect(alerts.map(({ name }) => name).filter(name => !tested.has(name))).toEqual([])
    expect(ALERT_CASES.filter(({ quiet }) => quiet.length === 0)).toEqual([])
  })

  it.each(alerts)('$name asks for nothing that is not exported', async ({ expr, text }) => {
    const exported = exportedBy(await fullScrape())
    expect(expr).not.toBe('')
    expect(strangersIn(expr, exported)).toEqual([])
    const named = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    const known = labelsOf(expr, exported)
    expect(named.filter(label => !known.has(label))).toEqual([])
  })
})
