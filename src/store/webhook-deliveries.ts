import type { Selectable } from 'kysely'
import type { Queries } from './queries.ts'
import type { WebhookDeliveriesTable } from './schema.ts'

/** The newest of each webhook that are kept. */
const KEPT = 500

/** One attempt to tell a webhook something. */
export interface NewDelivery {
  webhookId: number
  /** Null: it was no stored event. */
  eventId: number | null
  eventType: string
  /** From 1; 0: no call was made. */
  attempt: number
  /** Unix milliseconds. */
  atMs: number
  durationMs: number
  /** Of the answer; null: there was none. */
  status: number | null
  /** Null: it was taken. */
  error: string | null
}

export interface StoredDelivery extends NewDelivery {
  id: number
}

export interface DeliveryFilter {
  /** Of the last row of the last page; undefined: the first page. */
  beforeId?: number
  limit: number
}

/** The table webhook_deliveries. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface WebhookDeliveries {
  /** Undefined: there is no such webhook any more. Gives up soon while another process writes. */
  add(delivery: NewDelivery): Promise<StoredDelivery | undefined>
  /** Newest first; one row more than `limit` tells that there is another page. */
  find(webhookId: number, filter: DeliveryFilter): Promise<StoredDelivery[]>
}

const toDelivery = (row: Selectable<WebhookDeliveriesTable>): StoredDelivery => ({
  id: row.id,
  webhookId: row.webhook_id,
  eventId: row.event_id,
  eventType: row.event_type,
  attempt: row.attempt,
  atMs: row.at_ms,
  durationMs: row.duration_ms,
  status: row.status,
  error: row.error,
})

export function webhookDeliveries(queries: Queries): WebhookDeliveries {
  return {
    add: ({ webhookId, eventId, eventType, attempt, atMs, durationMs, status, error }) =>
      queries.runBriefly(async db => {
        const known = await db.selectFrom('webhooks').select('id').where('id', '=', webhookId).execute()
        if (known.length === 0) return undefined
        const row = await db
          .insertInto('webhook_deliveries')
          .values({
            ...{ webhook_id: webhookId, event_id: eventId, event_type: eventType, attempt },
            ...{ at_ms: Math.round(atMs), duration_ms: Math.round(durationMs), status, error },
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        const old = db
          .selectFrom('webhook_deliveries')
          .select('id')
          .where('webhook_id', '=', webhookId)
          .orderBy('id', 'desc')
          .offset(KEPT)
          .limit(1)
        await db
          .deleteFrom('webhook_deliveries')
          .where('webhook_id', '=', webhookId)
          .where('id', '<=', eb => eb.selectFrom(old.as('old')).select('id'))
          .execute()
        return toDelivery(row)
      }),

    find: (webhookId, { beforeId, limit }) =>
      queries.run(async db => {
        let query = db
          .selectFrom('webhook_deliveries')
          .selectAll()
          .where('webhook_id', '=', webhookId)
          .orderBy('id', 'desc')
          .limit(limit + 1)
        if (beforeId !== undefined) query = query.where('id', '<', beforeId)
        return (await query.execute()).map(toDelivery)
      }),
  }
}
