import { readBlocks } from './blocks.ts'
import { checkTogether } from './checks.ts'
import type { ServerConfig, SrtConfig } from './directives.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { lex } from './lexer.ts'
import { parse } from './parser.ts'
import { type Place, type Problem, problem, sorted } from './problem.ts'
import { fail, type Report } from './report.ts'
import { activeRows, type ResolvedBlock, resolveServer, resolveSrt } from './resolve.ts'
import type { Block } from './tree.ts'
import { vocabulary } from './vocabulary.ts'

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
}

export interface ConfigInput {
  readonly text: string
  /** The name of the text in problems. */
  readonly source: string
  /** Usually process.env: `SLS_<NAME>` wins over the text. */
  readonly env: Environment
}

export type ConfigResult =
  | { readonly config: Config }
  | { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

/** Text and environment to a configuration, or every problem at once. Pure; never throws. */
export function parseConfig({ text, source, env }: ConfigInput): ConfigResult {
  const report: Report = { problems: [], warnings: [] }
  const { tokens, faults } = lex(text)
  const { root, faults: more } = parse(text, tokens, vocabulary)
  for (const { what, hint, ...position } of [...faults, ...more]) {
    report.problems.push(problem({ file: source, ...position }, what, hint))
  }
  const file = readBlocks(root, source, report)
  const environment = readEnvironment(env, file.servers.length, report)
  const srtPlace = placeOfSrt(root, source)
  if (file.servers.length === 0) fail(report, srtPlace, 'there is no server block', NO_SERVER_HINT)
  const srt = resolveSrt(file, environment, srtPlace)
  const servers = file.servers.map(server => resolveServer(server, file, environment, report))
  checkTogether(srt, servers, report)
  const warnings = Object.freeze(sorted(report.warnings))
  if (report.problems.length > 0) return { problems: sorted(report.problems), warnings }
  // The compiler can't see that the table these types come from also gave the fields and their values.
  const typed = { srt: fieldsOf('srt', srt) as unknown as SrtConfig, servers: servers.map(toServer) }
  return { config: Object.freeze({ ...typed, servers: Object.freeze(typed.servers), warnings, source }) }
}

const NO_SERVER_HINT = 'write server { listen_player 4000; listen_publisher 4001; } in the srt block'

// As above.
const toServer = (server: ResolvedBlock) => fieldsOf('server', server) as unknown as ServerConfig

function fieldsOf(block: 'srt' | 'server', resolved: ResolvedBlock): Readonly<Record<string, unknown>> {
  const fields = activeRows(block).map(({ name, key }) => [key, Object.freeze(resolved.get(name)?.value)])
  return Object.freeze(Object.fromEntries(fields))
}

/** Where to look for what the srt block lacks. */
function placeOfSrt(root: Block, file: string): Place {
  const srt = root.entries.find(entry => entry.type === 'block' && entry.name === 'srt')
  const { line, column } = srt ?? root
  return { file, line, column }
}
