import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../src/cli/exit-codes.ts'
import { describeDirectives } from '../src/config/describe.ts'
import { REFUSE_CODES } from '../src/engine/contract.ts'
import { STATUS } from '../src/http/errors.ts'
import { openApiDocument } from '../src/http/openapi/document.ts'
import { ROUTES } from '../src/http/routes.ts'

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8')
const [readme, api, changelog, example] = ['README.md', 'API.md', 'CHANGELOG.md', 'sls.conf.example'].map(
  read,
) as [string, string, string, string]

/** Codes that only the program's own start can have, and that no request ever sees. */
const NEVER_SENT = [
  'STORE_CORRUPT',
  'STORE_NEWER',
  'USAGE',
  'ENGINE_ARGUMENT',
  'SRT_BIND',
  'SRT_OPTION',
  'HTTP_BIND',
  'ADDON_MISSING',
  'TAP_LIMIT',
]

describe('documents', () => {
  it('API.md has every error code with its status, and no other', () => {
    const documented = new Map(
      [...api.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(m => [m[1], Number(m[2])]),
    )
    const real = new Map(Object.entries(STATUS).filter(([code]) => !NEVER_SENT.includes(code)))
    expect(Object.fromEntries([...documented].sort())).toEqual(Object.fromEntries([...real].sort()))
  })

  it('API.md has every route with its permission and limit, and no other', () => {
    const row = /^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)` \| (\S+) \| (\S+) \| (\S+) \|/gm
    const documented = [...api.matchAll(row)].map(m => m.slice(1, 6).join(' ')).sort()
    const dash = (word: string, none: string) => (word === none ? '–' : word)
    const real = ROUTES.map(route => {
      const path = route.path.replace(/\*|:id/, `{${route.parameter?.name}}`)
      const words = [dash(route.access, 'public'), dash(route.scoped, 'public'), dash(route.limit, 'none')]
      return [route.method, path, ...words].join(' ')
    })
    expect(documented).toEqual(real.sort())
  })

  it('README.md has every exit code and every reject code', () => {
    for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`\\b${code} `))
    for (const code of Object.values(REFUSE_CODES)) expect(readme).toContain(String(code))
  })

  it('names only directives that exist', () => {
    const names = new Set(describeDirectives().map(directive => directive.name))
    const document: unknown = openApiDocument('0', ROUTES)
    // Fields of bodies, names of parameters, tables of the database.
    const fields = [...JSON.stringify(document).matchAll(/"([a-z_]+)":|"name":"([a-z_]+)"/g)].map(
      m => m[1] ?? m[2] ?? '',
    )
    const looksLikeOne = /^[a-z]+(_[a-z]+)+$/
    const other = [
      ...fields,
      'access_log',
      'access_logs',
      'stream_ids',
      'dropped_pkts',
      'stream_name',
      'start_time',
      'remote_ip',
      'remote_port',
      'role_name',
      'srt_url',
      'on_event',
      'on_connect',
      'on_close',
      'pkt_rcv_loss',
    ]
    const mentioned = [readme, api, changelog].flatMap(text =>
      [...text.matchAll(/`([a-z_]+)`/g)].map(m => m[1] ?? ''),
    )
    const strays = mentioned.filter(
      word => looksLikeOne.test(word) && !names.has(word) && !other.includes(word),
    )
    expect(strays).toEqual([])
  })

  it('sls.conf.example has every directive', () => {
    for (const { name } of describeDirectives()) expect(example).toContain(`${name} `)
  })

  it('CHANGELOG.md has a place for what comes next, and this version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(changelog).toContain('## Next')
    expect(changelog).toContain(`## ${version}`)
  })
})
