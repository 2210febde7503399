import { openDatabase } from '../../../../src/store/database.ts'
import { settings } from '../../../../src/store/settings.ts'

/** Waits for the end of its input, then revokes an API key, offers a secret, and prints what came of it. */
const [path = '', keyId = ''] = process.argv.slice(2)
const database = await openDatabase({ path })
process.stdout.write('ready\n')
for await (const _ of process.stdin);
const verdict = await database.apiKeys.revoke(Number(keyId), { keepLastAdmin: true, nowMs: Date.now() })
const secret = await settings(database).setIfAbsent('secret', `of ${keyId}`)
await database.close()
process.stdout.write(`${JSON.stringify({ verdict, secret })}\n`)
