import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { describeDirectives } from '../../../src/config/describe.ts'
import { renderExample } from '../../../src/config/example.ts'

const FILE = new URL('../../../sls.conf.example', import.meta.url)

function parse(text: string): Config {
  const result = parseConfig({ text, source: 'x', env: {} })
  if ('config' in result) return result.config
  throw new Error(result.problems.map(problem => problem.text).join('\n'))
}

const NAMES = describeDirectives().map(({ name }) => name)
const COMMENTED = new RegExp(`^( *)# ( *((${NAMES.join('|')}) \\S[^;]*;( +#.*)?|relay {|}))$`, 'gm')

/** The example with everything in force that is commented out for want of a default or of an effect. */
const uncommented = () => renderExample().replaceAll(COMMENTED, '$1$2')

describe('sls.conf.example', () => {
  it('is what the table makes of it', () => expect(readFileSync(FILE, 'utf8')).toBe(renderExample()))

  it('holds every directive with one line of explanation', () => {
    const lines = renderExample().split('\n')
    for (const { name, block, explanation, example } of describeDirectives()) {
      const at = lines.findIndex(
        line => new RegExp(`^ *(# +)?${name} `).test(line) && line.includes(`${name} ${example};`),
      )
      expect(at, name).toBeGreaterThan(0)
      expect((block === 'relay' ? lines[at] : lines[at - 2]) ?? '', name).toContain(explanation)
    }
  })

  it('starts a server with the defaults', () => {
    const defaults = parse('srt { server { listen_player 4000; listen_publisher 4001; } }')
    const { srt, servers, warnings } = parse(renderExample())
    expect({ srt, servers, warnings }).toEqual({ srt: defaults.srt, servers: defaults.servers, warnings: [] })
  })

  it('is valid with its commented directives too', () => {
    const config = parse(uncommented())
    expect(config.servers[0]?.listenPublisherSrtla).toBe(4002)
    const ignored = describeDirectives().filter(each => each.ignored !== undefined && each.block !== 'relay')
    expect(config.warnings).toHaveLength(ignored.length + 1)
  })

  it('has no line that is too long to read', () => {
    const long = renderExample()
      .split('\n')
      .filter(line => line.length > 140)
    expect(long).toEqual([])
  })
})
