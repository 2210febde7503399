import { systemClock } from '../../../../src/lib/clock.ts'
import { Log } from '../../../../src/lib/logger.ts'
import { AccessLog } from '../../../../src/store/access-log.ts'
import { openDatabase } from '../../../../src/store/database.ts'

/** Adds stream IDs for ever and prints each once it is stored; writes the access log beside. */
const [path = ''] = process.argv.slice(2)
const database = await openDatabase({ path })
const { root: log } = new Log({ level: 'error', file: '' })
const onDropped = (count: number) => log.error(`${count} records dropped`)
const accessLog = new AccessLog({ database, log, clock: systemClock, onDropped, flushIntervalMs: 5 })
for (let number = 1; ; number += 1) {
  await database.streamIds.add({ publisher: `live_${number}`, player: `play_${number}` })
  accessLog.record({
    apiKeyId: null,
    apiKeyName: null,
    endpoint: '/api/stream-ids',
    method: 'POST',
    ipAddress: '192.0.2.1',
    responseCode: 200,
    atMs: Date.now(),
    requestId: String(number),
    wouldDeny: null,
  })
  process.stdout.write(`${number}\n`)
  await new Promise(resolve => setImmediate(resolve))
}
