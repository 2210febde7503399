import { KeyRing } from '../../../../src/access/key-ring.ts'
import { openDatabase } from '../../../../src/store/database.ts'

/** Waits for the end of its input, opens the database and prints the first key if it was the one to make it. */
const [path = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
for await (const _ of process.stdin);
const database = await openDatabase({ path })
const key = await new KeyRing({ store: database.apiKeys }).ensureFirstKey()
await database.close()
process.stdout.write(`key ${key ?? 'none'}\n`)
