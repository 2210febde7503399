import { type DirectiveDescription, describeDirectives } from './describe.ts'
import type { BlockName } from './row.ts'

const HEADER = `# Every directive of the server with its default. Made from the table of directives; a test keeps it true.
#
# A directive is "name value;". White space and line ends mean nothing, # begins a comment. Values with ; { } or # need
# quotes, single or double; in them \\" \\' and \\\\ stand for the character behind the backslash.
#
# What stands in the srt block and belongs in a server block is the default of every server block. Each directive can
# also be set as environment variable SLS_<NAME>, which wins over this file, and the live ones while the server runs with
# PATCH /api/config, which wins over both.
#
# The line above each directive says what values are possible, and when a changed value holds after a reload (SIGHUP):
# at once (live), for new connections (listener), or with the next start (restart).
`

const INDENT = '    '

/** The text of sls.conf.example: a configuration that works, with all directives at their defaults. */
export function renderExample(): string {
  const all = describeDirectives()
  const of = (block: BlockName) => all.filter(directive => directive.block === block)
  const [relay] = of('relay')
  const server = [
    ...of('server').flatMap(directive),
    `# A relay block of an old file is accepted and has no effect: ${relay?.ignored}.`,
    '# relay {',
    ...of('relay').map(
      ({ name, example, explanation, range }) => `#     ${name} ${example};  # ${explanation} ${range}`,
    ),
    '# }',
  ]
  return [
    HEADER,
    'srt {',
    ...indented(of('srt').flatMap(directive)),
    `${INDENT}# One server block for each set of UDP ports.`,
    `${INDENT}server {`,
    ...indented(indented(server)),
    `${INDENT}}`,
    '}',
    '',
  ].join('\n')
}

function directive({
  name,
  explanation,
  range,
  apply,
  ignored,
  example,
  ...rest
}: DirectiveDescription): string[] {
  const isSet = rest.default !== undefined || rest.required
  const when = ignored === undefined ? apply : `accepted from old files, no effect: ${ignored}`
  const required = rest.required ? 'required; ' : ''
  return [`# ${explanation}`, `# ${required}${range}; ${when}`, `${isSet ? '' : '# '}${name} ${example};`, '']
}

const indented = (lines: readonly string[]) => lines.map(line => (line === '' ? '' : `${INDENT}${line}`))
