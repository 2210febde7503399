import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'

const FOLDER = fileURLToPath(new URL('../../../conf/', import.meta.url))
const NAMES = readdirSync(FOLDER).filter(name => name.endsWith('.conf') && name !== 'sysctl.conf')

describe('the configurations that are shipped', () => {
  it('are some', () => expect(NAMES).toContain('container.conf'))

  it.each(NAMES)('%s has neither a problem nor a warning', name => {
    const result = parseConfig({ text: readFileSync(FOLDER + name, 'utf8'), source: name, env: {} })
    expect('config' in result && result.config.warnings).toEqual([])
  })
})
