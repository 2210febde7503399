import { type Selectable, sql } from 'kysely'
import { type AlertKind, isAlertKind } from './alert-rules.ts'
import type { Queries } from './queries.ts'
import type { AlertsTable } from './schema.ts'
import { isPlayerWithin, type PlayerScope } from './stream-id-filter.ts'
import { transact } from './transaction.ts'

const DAY_MS = 86_400_000
/** SQLite takes 32,766 parameters a statement. */
const ROWS_A_STATEMENT = 1000

export interface NewAlert {
  ruleId: number
  /** The rule's when it was raised. */
  name: string
  kind: AlertKind
  player: string
  /** Unix milliseconds. */
  raisedMs: number
  /** What was measured when it was raised; null: nothing there is a number for. */
  value: number | null
}

export interface Alert extends NewAlert {
  id: number
  /** Unix milliseconds; null: it is open. */
  clearedMs: number | null
}

export interface AlertFilter {
  /** True: only those that are not over. */
  isOpen: boolean
  scope: PlayerScope | null
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** The table alerts. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Alerts {
  /** Those that are not over. */
  open(): Promise<Alert[]>
  /** All or none; resolves to them in this order. A rule and player with an open alert must not be among them. */
  raise(alerts: readonly NewAlert[]): Promise<Alert[]>
  /** All or none. */
  clear(alerts: readonly { id: number; clearedMs: number }[]): Promise<void>
  /** Newest first; one row more than `limit` tells that there is another page. */
  find(filter: AlertFilter): Promise<Alert[]>
  /** Deletes what has been over for longer, and the oldest that are over of more than `most`. Resolves to their number. */
  prune(limits: { retentionDays: number; most: number; nowMs: number }): Promise<number>
}

function alertOf(row: Selectable<AlertsTable>): Alert | undefined {
  const { id, name, kind, player, value } = row
  if (!isAlertKind(kind)) return undefined
  return {
    ...{ id, name, kind, player, value },
    ...{ ruleId: row.rule_id, raisedMs: row.raised_ms, clearedMs: row.cleared_ms },
  }
}

const rowOf = ({ ruleId, name, kind, player, raisedMs, value }: NewAlert) => ({
  ...{ rule_id: ruleId, name, kind, player, raised_ms: raisedMs, cleared_ms: null, value },
})

function* pieces<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let i = 0; i < rows.length; i += ROWS_A_STATEMENT) yield rows.slice(i, i + ROWS_A_STATEMENT)
}

export function alerts(queries: Queries): Alerts {
  return {
    open: () =>
      queries.run(async db => {
        const query = db.selectFrom('alerts').selectAll().where('cleared_ms', 'is', null).orderBy('id')
        return (await query.execute()).flatMap(row => alertOf(row) ?? [])
      }),

    async raise(alerts) {
      if (alerts.length === 0) return []
      return transact(queries, async db => {
        const ids: number[] = []
        for (const piece of pieces(alerts)) {
          const rows = await db.insertInto('alerts').values(piece.map(rowOf)).returning('id').execute()
          // RETURNING promises no order; the ids of one statement rise in the order of its rows.
          ids.push(...rows.map(({ id }) => id).sort((one, other) => one - other))
        }
        const raised = alerts.map((alert, i) => ({ ...alert, id: ids[i] ?? 0, clearedMs: null }))
        return { value: raised, isKept: true }
      })
    },

    async clear(alerts) {
      if (alerts.length === 0) return
      await queries.run(db =>
        sql`
          UPDATE alerts SET cleared_ms = ended.value ->> 'clearedMs'
          FROM json_each(${JSON.stringify(alerts)}) AS ended
          WHERE alerts.id = ended.value ->> 'id'`.execute(db),
      )
    },

    find: ({ isOpen, scope, beforeId, limit }) =>
      queries.run(async db => {
        let query = db
          .selectFrom('alerts')
          .selectAll()
          .where(isPlayerWithin('alerts.player', scope))
          .orderBy('id', 'desc')
        if (isOpen) query = query.where('cleared_ms', 'is', null)
        if (beforeId !== undefined) query = query.where('id', '<', beforeId)
        return (await query.limit(limit + 1).execute()).flatMap(row => alertOf(row) ?? [])
      }),

    prune: ({ retentionDays, most, nowMs }) =>
      queries.runBriefly(async db => {
        const old = await db
          .deleteFrom('alerts')
          .where('cleared_ms', '<', nowMs - retentionDays * DAY_MS)
          .executeTakeFirstOrThrow()
        const ended = db.selectFrom('alerts').select('id').where('cleared_ms', 'is not', null)
        const beyond = await db
          .deleteFrom('alerts')
          .where('id', 'in', ended.orderBy('id', 'desc').limit(-1).offset(most))
          .executeTakeFirstOrThrow()
        return Number(old.numDeletedRows) + Number(beyond.numDeletedRows)
      }),
  }
}
