import { readBlocks } from './blocks.ts'
import { checkTogether } from './checks.ts'
import type { ServerConfig, SrtConfig } from './directives.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { lex } from './lexer.ts'
import { type Overrides, readOverrides } from './overrides.ts'
import { parse } from './parser.ts'
import { type Place, type Problem, problem, showPlace, sorted } from './problem.ts'
import { fail, type Report } from './report.ts'
import { activeRows, type ResolvedBlock, resolveServer, resolveSrt, type Source } from './resolve.ts'
import type { Block } from './tree.ts'
import { vocabulary } from './vocabulary.ts'

export type { ConfiguredKey, ConfiguredScope } from './configured-keys.ts'
export type { ServerConfig, SrtConfig } from './directives.ts'
export type { Problem } from './problem.ts'

/** What the server runs with; frozen. */
export interface Config {
  readonly srt: SrtConfig
  /** At least one, in the order of the file. */
  readonly servers: readonly ServerConfig[]
  /** What was accepted but has no effect, or another one than it seems. */
  readonly warnings: readonly Problem[]
  /** The file it was read from, or `<built-in defaults>`. */
  readonly source: string
  /** Where each value came from, by directive name. */
  readonly origins: { readonly srt: Origins; readonly servers: readonly Origins[] }
  /** What it was made from; with other overrides it makes another one. Holds secrets. */
  readonly input: ConfigInput
}

export type Origins = ReadonlyMap<string, Origin>

/** Where a value came from. */
export interface Origin {
  readonly source: Source
  /** 'sls.conf:3:5', 'environment SLS_HTTP_PORT', …; null for a default. */
  readonly place: string | null
}

export interface ConfigInput {
  readonly text: string
  /** The name of the text in problems. */
  readonly source: string
  /** Usually process.env: `SLS_<NAME>` wins over the text. */
  readonly env: Environment
  /** Set over the API: directive name to its text, unquoted. Wins over environment and text. */
  readonly overrides?: Overrides
}

export type ConfigResult =
  | { readonly config: Config }
  | { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

/** Text, environment and overrides to a configuration, or every problem at once. Pure; never throws. */
export function parseConfig(input: ConfigInput): ConfigResult {
  const { text, source, env, overrides = new Map() } = input
  const report: Report = { problems: [], warnings: [] }
  const { tokens, faults } = lex(text)
  const { root, faults: more } = parse(text, tokens, vocabulary)
  for (const { what, hint, ...position } of [...faults, ...more]) {
    report.problems.push(problem({ file: source, ...position }, what, hint))
  }
  const file = readBlocks({ root, tokens, file: source }, report)
  const environment = readEnvironment(env, file.servers.length, report)
  const outer = { environment, overrides: readOverrides(overrides, report) }
  const srtPlace = placeOfSrt(root, source)
  if (file.servers.length === 0) fail(report, srtPlace, 'there is no server block', NO_SERVER_HINT)
  const srt = resolveSrt(file, outer, srtPlace)
  const servers = file.servers.map(server => resolveServer(server, file, outer, report))
  checkTogether(srt, servers, report)
  const warnings = Object.freeze(sorted(report.warnings))
  if (report.problems.length > 0) return { problems: sorted(report.problems), warnings }
  const config: Config = {
    // The compiler can't see that the table these types come from also gave the fields and their values.
    srt: fieldsOf('srt', srt) as unknown as SrtConfig,
    servers: Object.freeze(servers.map(toServer)),
    warnings,
    source,
    origins: Object.freeze({ srt: originsOf(srt), servers: Object.freeze(servers.map(originsOf)) }),
    input: Object.freeze({ ...input }),
  }
  return { config: Object.freeze(config) }
}

const NO_SERVER_HINT = 'write server { listen_player 4000; listen_publisher 4001; } in the srt block'

// As above.
const toServer = (server: ResolvedBlock) => fieldsOf('server', server) as unknown as ServerConfig

function fieldsOf(block: 'srt' | 'server', resolved: ResolvedBlock): Readonly<Record<string, unknown>> {
  const fields = activeRows(block).map(({ name, key }) => [key, Object.freeze(resolved.get(name)?.value)])
  return Object.freeze(Object.fromEntries(fields))
}

function originsOf(block: ResolvedBlock): Origins {
  const origins = [...block].map(([name, { source, place }]): [string, Origin] => {
    return [name, Object.freeze({ source, place: source === 'default' ? null : showPlace(place) })]
  })
  return new Map(origins)
}

/** Where to look for what the srt block lacks. */
function placeOfSrt(root: Block, file: string): Place {
  const srt = root.entries.find(entry => entry.type === 'block' && entry.name === 'srt')
  const { line, column } = srt ?? root
  return { file, line, column }
}
