import { type ExpressionBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { Queries } from './queries.ts'
import type { Schema, WebhooksTable } from './schema.ts'

/** What an administrator decides about a webhook. */
export interface WebhookSettings {
  url: string
  description: string
  /** Types of events, or just '*'. */
  events: readonly string[]
  /** Player stream IDs; empty: all. */
  players: readonly string[]
}

/** How far it got; outlives the process. */
export interface WebhookProgress {
  isActive: boolean
  /** Null: it is active, or was paused by hand. */
  pausedReason: string | null
  /** Id of the last event that is done. */
  cursor: number
  /** Failed attempts at the event behind the cursor. */
  attempt: number
  /** Unix milliseconds; 0: at once. */
  nextAttemptMs: number
  /** Unix milliseconds; null: the last call was a success, or there was none. */
  failingSinceMs: number | null
}

export interface WebhookSecrets {
  /** 'whsec_' and base64. */
  secret: string
  /** Signs too until then; null: none. */
  previousSecret: string | null
  previousUntilMs: number | null
}

export interface NewWebhook extends WebhookSettings, WebhookSecrets {
  cursor: number
  createdMs: number
}

export interface StoredWebhook extends NewWebhook, WebhookProgress {
  id: number
}

export type WebhookChange = Partial<WebhookSettings & WebhookSecrets & WebhookProgress>

/** The table webhooks. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface Webhooks {
  /** In the order in which they were added. */
  all(): Promise<StoredWebhook[]>
  get(id: number): Promise<StoredWebhook | undefined>
  /** Active, and to be called from the event behind `cursor` on. */
  add(webhook: NewWebhook): Promise<StoredWebhook>
  /** As it is then. Undefined: there is no such webhook. */
  change(id: number, change: WebhookChange): Promise<StoredWebhook | undefined>
  /** As change() for work nobody waits for: gives up soon while another process writes. */
  saveProgress(id: number, progress: WebhookProgress): Promise<void>
  /** With its deliveries. False: there is no such webhook. */
  remove(id: number): Promise<boolean>
  /** How many events it still has to get, of the next `limit` stored ones. */
  pending(webhook: Pick<StoredWebhook, 'cursor' | 'events' | 'players'>, limit: number): Promise<number>
}

const toWebhook = (row: Selectable<WebhooksTable>): StoredWebhook => ({
  id: row.id,
  url: row.url,
  description: row.description,
  events: JSON.parse(row.events),
  players: JSON.parse(row.players),
  secret: row.secret,
  previousSecret: row.previous_secret,
  previousUntilMs: row.previous_until_ms,
  isActive: row.active === 1,
  pausedReason: row.paused_reason,
  cursor: row.cursor,
  attempt: row.attempt,
  nextAttemptMs: row.next_attempt_ms,
  failingSinceMs: row.failing_since_ms,
  createdMs: row.created_ms,
})

/** The columns of what is there; what is undefined stays as it is. */
function columnsOf({ events, players, isActive, ...rest }: WebhookChange) {
  return {
    url: rest.url,
    description: rest.description,
    events: events === undefined ? undefined : JSON.stringify(events),
    players: players === undefined ? undefined : JSON.stringify(players),
    secret: rest.secret,
    previous_secret: rest.previousSecret,
    previous_until_ms: rest.previousUntilMs,
    active: isActive === undefined ? undefined : Number(isActive),
    paused_reason: rest.pausedReason,
    cursor: rest.cursor,
    attempt: rest.attempt,
    next_attempt_ms: rest.nextAttemptMs,
    failing_since_ms: rest.failingSinceMs,
  }
}

type EventQuery<T> = SelectQueryBuilder<Schema, 'events', T>

/** The same rule as webhooks/wants.ts has for one event. */
function ofPlayers<T>(query: EventQuery<T>, players: readonly string[]): EventQuery<T> {
  if (players.length === 0) return query
  const wanted = JSON.stringify(players)
  return query.where((eb: ExpressionBuilder<Schema, 'events'>) =>
    eb.or([
      sql<boolean>`player IN (SELECT value FROM json_each(${wanted}))`,
      sql<boolean>`player IS NULL AND EXISTS (SELECT 1 FROM json_each(events.players) AS theirs
        WHERE theirs.value IN (SELECT value FROM json_each(${wanted})))`,
    ]),
  )
}

export function webhooks(queries: Queries): Webhooks {
  return {
    all: () =>
      queries.run(async db => {
        const rows = await db.selectFrom('webhooks').selectAll().orderBy('id').execute()
        return rows.map(toWebhook)
      }),

    get: id =>
      queries.run(async db => {
        const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()
        return row === undefined ? undefined : toWebhook(row)
      }),

    add: ({ events, players, ...rest }) =>
      queries.run(async db => {
        const row = await db
          .insertInto('webhooks')
          .values({
            ...{ url: rest.url, description: rest.description, secret: rest.secret, cursor: rest.cursor },
            ...{ previous_secret: rest.previousSecret, previous_until_ms: rest.previousUntilMs },
            events: JSON.stringify(events),
            players: JSON.stringify(players),
            created_ms: rest.createdMs,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return toWebhook(row)
      }),

    change: (id, change) =>
      queries.run(async db => {
        const row = await db
          .updateTable('webhooks')
          // An update of nothing is no SQL.
          .set({ id, ...columnsOf(change) })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        return row && toWebhook(row)
      }),

    async saveProgress(id, progress) {
      await queries.runBriefly(db =>
        db.updateTable('webhooks').set(columnsOf(progress)).where('id', '=', id).execute(),
      )
    },

    remove: id =>
      queries.run(async db => {
        const { numDeletedRows } = await db
          .deleteFrom('webhooks')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return numDeletedRows > 0n
      }),

    pending: ({ cursor, events, players }, limit) =>
      queries.run(async db => {
        const next = db
          .selectFrom('events')
          .select(['type', 'player', 'players'])
          .where('id', '>', cursor)
          .orderBy('id')
          .limit(limit)
        let query = ofPlayers(db.selectFrom(next.as('events')), players)
        if (!events.includes('*')) query = query.where('type', 'in', events)
        const { count } = await query
          .select(eb => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
        return count
      }),
  }
}
