import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Config, type ConfigResult, parseConfig } from '../../../src/config/config.ts'

const FOLDER = fileURLToPath(new URL('../../golden/conf/', import.meta.url))

/** Rewrites the expectations; read the difference before you keep it. */
const isUpdate = process.env['SLS_TEST_UPDATE_GOLDEN'] === '1'

const SEPARATOR = '\n----\n'
const MINIMAL = 'srt { server { listen_player 1; listen_publisher 2; } }'

interface Golden {
  env: Record<string, string>
  text: string
  expected: string
}

/** Lines `@env NAME=value`, then the input, then `----`, then what comes out of it. */
function readGolden(name: string): Golden {
  const content = readFileSync(FOLDER + name, 'utf8')
  const [input = '', expected = ''] = content.split(SEPARATOR)
  const [head = ''] = /^(@env [^\n]*\n)*/.exec(input) ?? []
  const pairs = head.split('\n').filter(line => line !== '')
  const env = Object.fromEntries(pairs.map(line => line.slice('@env '.length).split(/=(.*)/s, 2)))
  return { env, text: input.slice(head.length), expected }
}

/** The fields that differ from the defaults, so that a golden file shows what its input did. */
function render(result: ConfigResult): string {
  if ('problems' in result) {
    const lines = [
      ...result.problems.map(({ text }) => text),
      ...result.warnings.map(({ text }) => `warning: ${text}`),
    ]
    return `${lines.join('\n')}\n`
  }
  const { srt, servers, warnings } = result.config
  const defaults = configOf(MINIMAL)
  const shown = {
    srt: differences(srt, defaults.srt),
    servers: servers.map(server =>
      differences(server, { ...defaults.servers[0], listenPlayer: 0, listenPublisher: 0 }),
    ),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(({ text }) => text) }),
  }
  return `${JSON.stringify(shown, null, 2)}\n`
}

function configOf(text: string): Config {
  const result = parseConfig({ text, source: 'minimal', env: {} })
  if ('config' in result) return result.config
  throw new Error(result.problems.map(problem => problem.text).join('\n'))
}

function differences(fields: object, defaults: object): object {
  const usual = new Map(Object.entries(defaults).map(([key, value]) => [key, JSON.stringify(value)]))
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => usual.get(key) !== JSON.stringify(value)),
  )
}

const NAMES = readdirSync(FOLDER).filter(name => name.endsWith('.txt'))

describe('configuration files and what they mean', () => {
  it('has golden files', () => expect(NAMES.length).toBeGreaterThanOrEqual(30))

  it.each(NAMES)('%s', name => {
    const { env, text, expected } = readGolden(name)
    const rendered = render(parseConfig({ text, source: 'sls.conf', env }))
    if (isUpdate)
      writeFileSync(
        FOLDER + name,
        readFileSync(FOLDER + name, 'utf8').split(SEPARATOR)[0] + SEPARATOR + rendered,
      )
    else expect(rendered).toBe(expected)
  })
})
