import type { Selectable } from 'kysely'
import type { Queries } from './queries.ts'
import type { AlertRulesTable } from './schema.ts'

export const ALERT_KINDS = ['bitrate_below', 'rtt_above', 'loss_above', 'offline', 'stalled'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export const isAlertKind = (text: string): text is AlertKind => ALERT_KINDS.some(kind => kind === text)

export interface NewAlertRule {
  name: string
  kind: AlertKind
  /** A player stream ID; null: every stream. */
  player: string | null
  /** kbit/s, ms or percent; 0 for kinds without one. */
  threshold: number
  /** The condition is over when the value is at this, or beyond. */
  clearThreshold: number
  /** How long the condition must hold to raise an alert, and its opposite to clear it; at least 1. */
  forS: number
  clearForS: number
  isActive: boolean
}

export interface AlertRule extends NewAlertRule {
  id: number
  createdMs: number
}

/** The table alert_rules. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface AlertRules {
  /** In the order in which they were made. Rows of a kind that nobody knows are left out. */
  all(): Promise<AlertRule[]>
  add(rule: NewAlertRule, createdMs: number): Promise<AlertRule>
  /** False: there is no such rule. */
  update(id: number, rule: NewAlertRule): Promise<boolean>
  /** False: there is no such rule. */
  remove(id: number): Promise<boolean>
}

const rowOf = (rule: NewAlertRule) => ({
  ...{ name: rule.name, kind: rule.kind, player: rule.player, threshold: rule.threshold },
  ...{ clear_threshold: rule.clearThreshold, for_s: rule.forS, clear_for_s: rule.clearForS },
  active: rule.isActive ? 1 : 0,
})

function ruleOf(row: Selectable<AlertRulesTable>): AlertRule | undefined {
  if (!isAlertKind(row.kind)) return undefined
  const { id, name, kind, player, threshold } = row
  const times = { forS: row.for_s, clearForS: row.clear_for_s, createdMs: row.created_ms }
  return {
    ...{ id, name, kind, player, threshold },
    ...{ clearThreshold: row.clear_threshold, isActive: row.active === 1, ...times },
  }
}

export function alertRules(queries: Queries): AlertRules {
  return {
    all: () =>
      queries.run(async db => {
        const rows = await db.selectFrom('alert_rules').selectAll().orderBy('id').execute()
        return rows.flatMap(row => ruleOf(row) ?? [])
      }),

    add: (rule, createdMs) =>
      queries.run(async db => {
        const { id } = await db
          .insertInto('alert_rules')
          .values({ ...rowOf(rule), created_ms: createdMs })
          .returning('id')
          .executeTakeFirstOrThrow()
        return { ...rule, id, createdMs }
      }),

    update: (id, rule) =>
      queries.run(async db => {
        const { numUpdatedRows } = await db
          .updateTable('alert_rules')
          .set(rowOf(rule))
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return numUpdatedRows > 0n
      }),

    remove: id =>
      queries.run(async db => {
        const { numDeletedRows } = await db
          .deleteFrom('alert_rules')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),
  }
}
