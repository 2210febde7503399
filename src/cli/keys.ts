import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { PERMISSIONS, type Permission } from '../access/api-keys.ts'
import { KeyRing, type ListedKey } from '../access/key-ring.ts'
import type { Scope } from '../access/scope.ts'
import { streamIdProblem } from '../access/stream-id-rules.ts'
import { loadConfig } from '../config/load.ts'
import { AppError } from '../lib/errors.ts'
import { durationS } from './duration.ts'
import { print, table } from './output.ts'
import { withDatabase } from './with-database.ts'

const HELP = `
These commands work on the database file; a running server sees the change within a second.
A key is shown once, when it is made: only its SHA-256 is stored.`

/** As over the API. */
const RATE_MAX_PER_MINUTE = 100_000

/** Those of the configuration too: with an admin key among them, the last one of the database may go. */
async function withKeys<T>(conf: string | undefined, body: (keys: KeyRing) => Promise<T>): Promise<T> {
  const { srt } = await loadConfig({ env: process.env, ...(conf === undefined ? {} : { file: conf }) })
  return withDatabase(conf, async database => {
    const keys = new KeyRing({ store: database.apiKeys, configured: () => srt.apiKeys })
    await keys.reload()
    return body(keys)
  })
}

function keyId(text: string): number | string {
  if (/^conf:[1-9]\d{0,8}$/.test(text)) return text
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A key id is a whole number from 1, or such as conf:1.')
}

function requestsPerMinute(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > RATE_MAX_PER_MINUTE)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${RATE_MAX_PER_MINUTE}.`)
  return value
}

function idText(text: string): string {
  const problem = streamIdProblem(text)
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`)
  return text
}

interface CreateOptions {
  expiresIn?: number
  player?: string[]
  prefix?: string
  rateLimit?: number
}

function scopeOf({ player, prefix }: CreateOptions): Scope | null {
  if (player !== undefined && prefix !== undefined)
    throw new AppError('USAGE', '--player and --prefix exclude each other')
  if (player !== undefined) return { players: player }
  return prefix === undefined ? null : { prefix }
}

function shownScope(scope: Scope | null): string {
  if (scope === null) return 'all'
  return 'prefix' in scope ? `${scope.prefix}…` : scope.players.join(' ')
}

const shownTime = (atMs: number | null) =>
  atMs === null ? 'never' : new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')

const cellsOf = (row: ListedKey) => [
  String(row.id),
  row.permissions,
  row.active ? 'active' : 'ended',
  row.prefix === null ? '' : `${row.prefix}…`,
  shownScope(row.scope),
  row.createdAt ?? '',
  // Of the configuration's keys only the server knows it.
  row.lastUsed ?? (row.source === 'database' ? 'never' : ''),
  shownTime(row.expiresAtMs),
  row.name,
]

const HEADER = [
  'ID',
  'MAY',
  'STATE',
  'KEY',
  'PLAYERS',
  'CREATED (UTC)',
  'LAST USED (UTC)',
  'EXPIRES (UTC)',
  'NAME',
]

const unknown = (id: number | string) =>
  new AppError('API_KEY_UNKNOWN', `no active key has the id ${id}`, { hint: "'sls keys list' shows them" })

/** `sls keys …` */
export function keysCommand(conf: () => string | undefined): Command {
  const keys = new Command('keys').description('make, list and revoke API keys').addHelpText('after', HELP)

  keys
    .command('create')
    .description('make a key and print it')
    .addArgument(new Argument('<permissions>', 'what it may do').choices([...PERMISSIONS]))
    .argument('[name]', 'what it is for', 'New API Key')
    .option('--expires-in <duration>', 'such as 30d, 12h, 90m, 45s', durationS)
    .option(
      '--player <stream id...>',
      'it may see and change these players only',
      (text, others: string[] = []) => [...others, idText(text)],
    )
    .option('--prefix <prefix>', 'it may see and change players only whose stream ID begins so', idText)
    .option('--rate-limit <requests>', 'requests a minute instead of the configured rate', requestsPerMinute)
    .action(async (permissions: Permission, name: string, options: CreateOptions) => {
      const { expiresIn, rateLimit = null } = options
      const expiresAtMs = expiresIn === undefined ? null : Date.now() + expiresIn * 1000
      const wish = { name, permissions, scope: scopeOf(options), expiresAtMs, rateLimitPerMinute: rateLimit }
      const { key } = await withKeys(conf(), ring => ring.create(wish))
      print(key)
    })

  keys
    .command('list')
    .description('list the keys, without the keys themselves')
    .addOption(new Option('--json', 'as JSON'))
    .action(async (options: { json?: boolean }) => {
      const rows = await withKeys(conf(), ring => ring.list())
      if (options.json === true) return print(JSON.stringify(rows))
      print(table([HEADER, ...rows.map(cellsOf)]))
    })

  keys
    .command('revoke')
    .description('revoke a key by the id that list shows')
    .argument('<id>', 'key id', keyId)
    .option('--force', 'the last admin key too')
    .action(async (id: number | string, { force = false }: { force?: boolean }) => {
      const isRevoked = await withKeys(conf(), ring => ring.revoke(id, { isForced: force }))
      if (!isRevoked) throw unknown(id)
      print(`Key ${id} is revoked.`)
    })

  keys
    .command('rotate')
    .description('make a new key with the rights of an old one, and print it')
    .argument('<id>', 'key id', keyId)
    .option('--overlap <duration>', 'how long the old key goes on, such as 1h', durationS, 0)
    .action(async (id: number | string, { overlap }: { overlap: number }) => {
      const created = await withKeys(conf(), ring => ring.rotate(id, overlap))
      if (created === undefined) throw unknown(id)
      print(created.key)
    })

  keys
    .command('reset-admin')
    .description('make a new admin key when the first one was lost; the other keys stay as they are')
    .action(async () => {
      const { key } = await withKeys(conf(), ring => ring.resetAdmin())
      print(`New admin API key: ${key}`)
      print(
        'Save it now: it cannot be shown again. Revoke the lost one with sls keys list and sls keys revoke.',
      )
    })

  return keys
}
