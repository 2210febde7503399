import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Clock } from '../lib/clock.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type AccessLogFilter, findAccesses } from './access-log-reader.ts'
import type { AccessLogEntry, AccessRecord } from './access-record.ts'
import type { Queries } from './queries.ts'
import { timestampOf } from './timestamp.ts'

const DAY_MS = 86_400_000
const ROWS_PER_STATEMENT = 500
/** Between attempts while the disk is full or locked, in flush intervals. */
const RETRY_FACTOR = 10
const ENDPOINT_MAX_LENGTH = 1024

export type { AccessLogFilter } from './access-log-reader.ts'
export type { AccessLogEntry, AccessRecord } from './access-record.ts'

export interface AccessLogOptions {
  database: Queries & { beforeClose(task: () => Promise<void>): void }
  log: Logger
  clock: Clock
  /** Called with the number of records that are lost: the buffer was full, or they can't be written. */
  onDropped: (count: number) => void
  /** Records waiting to be written; more are dropped. Default 10 000. */
  capacity?: number
  /** Default 500. */
  flushIntervalMs?: number
}

/** The table access_logs, written behind the requests: a slow or full disk never delays an answer. */
export class AccessLog {
  readonly #options: Required<AccessLogOptions>
  #waiting: AccessRecord[] = []
  #droppedCount = 0
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #isFailing = false
  #isClosed = false

  constructor(options: AccessLogOptions) {
    this.#options = { capacity: 10_000, flushIntervalMs: 500, ...options }
    options.database.beforeClose(() => this.close())
  }

  /** Takes a record; it is in the file within a second, or counted as dropped. Never throws. */
  record(record: AccessRecord): void {
    if (this.#isClosed) {
      this.#options.onDropped(1)
      return
    }
    if (this.#waiting.length < this.#options.capacity) this.#waiting.push(record)
    else this.#droppedCount += 1
    this.#schedule()
  }

  /** Writes what waits. What fails is kept and tried again; never throws. */
  async flush(): Promise<void> {
    // One may be under way that began before the last records came.
    await this.#flushing
    this.#flushing ??= this.#flush().finally(() => {
      this.#reportDropped()
      this.#flushing = undefined
      if (this.#waiting.length > 0) this.#schedule()
    })
    await this.#flushing
  }

  /** What was recorded up to now; see findAccesses(). Throws AppError. */
  async find(filter: AccessLogFilter): Promise<AccessLogEntry[]> {
    // Closing has written everything, and what comes now is refused by the database.
    if (!this.#isClosed) await this.flush()
    return findAccesses(this.#options.database, filter)
  }

  /** Deletes records older than this, oldest first; 0 keeps all. Resolves to their number. Throws AppError. */
  async prune(retentionDays: number): Promise<number> {
    if (retentionDays <= 0) return 0
    const before = timestampOf(this.#options.clock.nowMs() - retentionDays * DAY_MS)
    let prunedCount = 0
    for (;;) {
      const count = await this.#pruneSome(before)
      prunedCount += count
      if (count < ROWS_PER_STATEMENT) return prunedCount
      await nextTurn()
    }
  }

  /** Writes what waits; what can't be written now is dropped and counted. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.flush()
    clearTimeout(this.#timer)
    this.#droppedCount += this.#waiting.splice(0).length
    this.#reportDropped()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    const { flushIntervalMs } = this.#options
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        void this.flush()
      },
      this.#isFailing ? flushIntervalMs * RETRY_FACTOR : flushIntervalMs,
    ).unref()
  }

  async #flush(): Promise<void> {
    // What comes meanwhile is left to the next one: under a steady load there would be no end.
    for (let leftCount = this.#waiting.length; leftCount > 0; ) {
      const batch = this.#waiting.slice(0, Math.min(leftCount, ROWS_PER_STATEMENT))
      const isDone = await this.#write(batch)
      if (!isDone) return
      this.#waiting.splice(0, batch.length)
      leftCount -= batch.length
      await nextTurn()
    }
  }

  /** False: the batch has to be tried again. */
  async #write(batch: readonly AccessRecord[]): Promise<boolean> {
    const { database, log } = this.#options
    try {
      await database.runBriefly(db => db.insertInto('access_logs').values(batch.map(toRow)).execute())
      if (this.#isFailing) log.info('the access log is written again')
      this.#isFailing = false
      return true
    } catch (error) {
      const isTemporary = error instanceof AppError && error.code === 'STORE_UNAVAILABLE'
      if (!this.#isFailing) log.error({ err: error }, `the access log can't be written: ${messageOf(error)}`)
      this.#isFailing = true
      // What fails for another reason would fail for ever and hold up the rest.
      if (!isTemporary) this.#droppedCount += batch.length
      return !isTemporary
    }
  }

  #pruneSome(before: string): Promise<number> {
    return this.#options.database.runBriefly(async db => {
      const { numDeletedRows } = await db
        .deleteFrom('access_logs')
        .where('id', 'in', old =>
          old
            .selectFrom('access_logs')
            .select('id')
            .where('timestamp', '<', before)
            .orderBy('timestamp')
            .limit(ROWS_PER_STATEMENT),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }

  #reportDropped(): void {
    if (this.#droppedCount > 0) this.#options.onDropped(this.#droppedCount)
    this.#droppedCount = 0
  }
}

function toRow(record: AccessRecord) {
  return {
    // Null where the key has gone from the table: the foreign key would refuse the whole batch.
    api_key_id: sql<number | null>`(SELECT id FROM api_keys WHERE id = ${record.apiKeyId})`,
    endpoint: record.endpoint.slice(0, ENDPOINT_MAX_LENGTH),
    method: record.method,
    ip_address: record.ipAddress,
    timestamp: timestampOf(record.atMs),
    response_code: record.responseCode,
    api_key_name: record.apiKeyName,
    request_id: record.requestId,
    would_deny: record.wouldDeny,
  }
}
