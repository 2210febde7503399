import { openDatabase } from '../../../../src/store/database.ts'

/**
 * Imports 20,000 stream IDs, more than SQLite keeps in memory before it writes to the file, and prints how many turns of
 * the event loop that took. With a number it kills itself in that turn.
 */
const [path = '', lastTurn = 'none'] = process.argv.slice(2)
const database = await openDatabase({ path })
const rows = Array.from({ length: 20_000 }, (_, n) => ({
  publisher: `live_${n >> 1}`,
  player: `play_${n}`,
  description: 'd'.repeat(2000),
  passphrase: 'another than before',
}))
let turns = 0
let isDone = false
const count = () => {
  turns += 1
  if (String(turns) === lastTurn) process.kill(process.pid, 'SIGKILL')
  if (!isDone) setImmediate(count)
}
setImmediate(count)
const { created, updated } = await database.streamIds.importAll(rows, 'update', false)
isDone = true
await database.close()
process.stdout.write(`${JSON.stringify({ created, updated, turns })}\n`)
