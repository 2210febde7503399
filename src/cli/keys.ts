import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { PERMISSIONS, type Permission } from '../access/api-keys.ts'
import { KeyRing } from '../access/key-ring.ts'
import { AppError } from '../lib/errors.ts'
import { print, table } from './output.ts'
import { withDatabase } from './with-database.ts'

const HELP = `
These commands work on the database file; a running server sees the change within a second.
A key is shown once, when it is made: only its SHA-256 is stored.`

const withKeys = <T>(conf: string | undefined, body: (keys: KeyRing) => Promise<T>) =>
  withDatabase(conf, async database => {
    const keys = new KeyRing({ store: database.apiKeys })
    await keys.reload()
    return body(keys)
  })

function positiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('A key id is a whole number from 1.')
  return value
}

/** `sls keys …` */
export function keysCommand(conf: () => string | undefined): Command {
  const keys = new Command('keys').description('make, list and revoke API keys').addHelpText('after', HELP)

  keys
    .command('create')
    .description('make a key and print it')
    .addArgument(new Argument('<permissions>', 'what it may do').choices([...PERMISSIONS]))
    .argument('[name]', 'what it is for', 'New API Key')
    .action(async (permissions: Permission, name: string) => {
      const { key } = await withKeys(conf(), ring => ring.create(name, permissions))
      print(key)
    })

  keys
    .command('list')
    .description('list the keys, without the keys themselves')
    .addOption(new Option('--json', 'as JSON'))
    .action(async (options: { json?: boolean }) => {
      const rows = await withKeys(conf(), ring => ring.list())
      if (options.json === true) return print(JSON.stringify(rows))
      const lines = rows.map(row => [
        String(row.id),
        row.permissions,
        row.active ? 'active' : 'revoked',
        row.createdAt ?? '',
        row.lastUsed ?? 'never',
        row.name,
      ])
      print(table([['ID', 'MAY', 'STATE', 'CREATED (UTC)', 'LAST USED (UTC)', 'NAME'], ...lines]))
    })

  keys
    .command('revoke')
    .description('revoke a key by the id that list shows')
    .argument('<id>', 'key id', positiveInteger)
    .action(async (id: number) => {
      const isRevoked = await withKeys(conf(), ring => ring.revoke(id))
      if (!isRevoked) {
        throw new AppError('API_KEY_UNKNOWN', `no active key has the id ${id}`, {
          hint: "'sls keys list' shows them",
        })
      }
      print(`Key ${id} is revoked.`)
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
